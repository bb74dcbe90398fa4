using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class TaskCrewTests : IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public void Dispose() => _end.Dispose();

    [Fact]
    public async Task A_task_that_is_told_to_stop_stops_and_breaks_nothing()
    {
        TaskCrew crew = new(_end.Token);
        CrewMember member = crew.Start(WaitAsync);
        await member.StopAsync();
        Assert.False(crew.Broken.IsCompleted);
        await crew.WhenAllAsync();
    }

    [Fact]
    public async Task A_task_that_fails_is_told_even_while_it_is_being_stopped()
    {
        TaskCrew crew = new(_end.Token);
        CrewMember member = crew.Start(async token =>
        {
            await WaitAsync(token);
            throw new InvalidOperationException("broken");
        });
        await member.StopAsync();
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => crew.Broken)).Message);
    }

    [Fact]
    public async Task A_task_that_ends_by_itself_ends_the_watch()
    {
        TaskCrew crew = new(_end.Token);
        crew.Start(_ => Task.CompletedTask);
        await crew.Broken;
    }

    [Fact]
    public async Task The_end_ends_them_all()
    {
        TaskCrew crew = new(_end.Token);
        CrewMember[] members = [.. Enumerable.Range(0, 5).Select(_ => crew.Start(WaitAsync))];
        await _end.CancelAsync();
        await crew.WhenAllAsync();
        await crew.Broken;
        await members[0].StopAsync();
    }

    private static async Task WaitAsync(CancellationToken cancelToken) => await Task.Delay(Timeout.Infinite, cancelToken).ContinueWith(_ => { }, TaskScheduler.Default);
}
