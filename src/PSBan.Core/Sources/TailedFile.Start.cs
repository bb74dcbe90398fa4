namespace PSBan.Sources;

/// <content>What has to be known before the first line: the encoding, and where a file that was emptied begins.</content>
internal sealed partial class TailedFile
{
    private bool ChooseEncoding(BlockCutter cutter)
    {
        if (_encoding is null)
        {
            ReadOnlySpan<byte> start = cutter.Pending;
            if (_offset == 0 && start.Length < 3 && !start.IsEmpty && start[0] is 0xEF or 0xFE or 0xFF && !start.Contains((byte)'\n'))
            {
                return false;
            }

            _encoding = start.IsEmpty ? null : (_offset == 0 ? LogEncoding.OfMark(start) : null) ?? _byDefault;
        }

        cutter.Encoding = _encoding ?? _byDefault;
        return true;
    }

    /// <summary>
    /// A writer that does not append goes on where it was after its file has been emptied, and leaves a hole that reads as NUL bytes. At the start of a
    /// file that was emptied they are no text.
    /// </summary>
    private void SkipHole(BlockCutter cutter)
    {
        int end = cutter.Pending.IndexOfAnyExcept((byte)0);
        int hole = _byDefault.Unit > 1 ? 0 : end < 0 ? cutter.Pending.Length : end;
        _isFresh = hole > 0 && end < 0;
        cutter.Skip(hole);
        if (_offset == _headCount && _headCount < FilePrint.HeadLimit)
        {
            int head = Math.Min(hole, FilePrint.HeadLimit - _headCount);
            _head.AsSpan(_headCount, head).Clear();
            _headCount += head;
        }

        _offset += hole;
        _behindCount = hole > 0 ? 0 : _behindCount;
    }
}
