namespace PSBan.EndToEnd.Support;

/// <summary>Waits for what must come about; the limit is a hang guard, not a verdict on speed.</summary>
public static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? instead = null)
    {
        DateTime end = DateTime.UtcNow + WatchProcess.Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"It did not come about that {what}. {instead?.Invoke()}");
            await Task.Delay(100);
        }
    }
}
