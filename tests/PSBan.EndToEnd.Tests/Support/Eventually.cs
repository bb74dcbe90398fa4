namespace PSBan.EndToEnd.Support;

/// <summary>Waits for what must come about; the limit is a hang guard, not a verdict on speed.</summary>
public static class Eventually
{
    public static Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? instead = null) =>
        TrueAsync(condition, () => instead is null ? what : $"{what}, but {instead()}");

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        DateTime end = DateTime.UtcNow + WatchProcess.Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"It did not come about that {what()}.");
            await Task.Delay(100);
        }
    }
}
