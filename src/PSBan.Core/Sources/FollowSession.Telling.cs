namespace PSBan.Sources;

/// <content>What the observer is told of logs that come, go or cannot be read: each once.</content>
internal sealed partial class FollowSession
{
    private readonly Dictionary<string, long> _announced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    private void TellFound(string source)
    {
        if (_announced.TryAdd(source, -1))
        {
            _observer.Found(source);
        }
    }

    private void TellFailed(string path, string reason)
    {
        _announced.Remove(RealPath.Of(path));
        if (_failed.Add(path))
        {
            _observer.Lost(path, reason);
        }
    }

    /// <summary>Tells of files that have been gone for longer than a rotation takes.</summary>
    private void TellLost()
    {
        HashSet<string> here =
        [
            .. _tails.Where(tail => !tail.IsLeft).Select(tail => tail.Source),
            .. _sleeping.Values.Select(file => file.Source),
            .. _pipes.Where(pipe => !pipe.IsLeft).Select(pipe => pipe.Source),
        ];
        foreach ((string source, long since) in _announced.ToList())
        {
            if (here.Contains(source))
            {
                _announced[source] = -1;
            }
            else if (since < 0)
            {
                _announced[source] = Now;
            }
            else if (_options.Time.GetElapsedTime(since) >= 2 * _options.PollInterval)
            {
                _announced.Remove(source);
                _observer.Lost(source, "The file is gone; it is followed again as soon as it is back.");
            }
        }
    }
}
