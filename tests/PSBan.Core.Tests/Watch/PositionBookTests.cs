using PSBan.Model;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class PositionBookTests
{
    [Fact]
    public void Reader_resumes_where_it_was_and_a_new_one_where_the_furthest_was()
    {
        PositionBook book = new();
        book.Load(new Dictionary<PositionKey, LogPosition>
        {
            [new PositionKey("/var/log/*.log", "/var/log/a.log")] = new("a", 10),
            [new PositionKey("/var/log/a.log", "/var/log/a.log")] = new("a", 30),
        });
        Assert.Equal(10, book.Find(new PositionKey("/var/log/*.log", "/var/log/a.log"))!.Offset);
        Assert.Equal(30, book.Find(new PositionKey("/var/log/a*", "/var/log/a.log"))!.Offset);
        Assert.Null(book.Find(new PositionKey("/var/log/*.log", "/var/log/b.log")));
    }

    [Fact]
    public void Reader_that_comes_back_resumes_where_it_was_in_this_run_and_takes_nothing_from_another_reader_of_it()
    {
        PositionBook book = new();
        PositionKey key = new("/var/log/*.log", "/var/log/a.log");
        book.Load(new Dictionary<PositionKey, LogPosition> { [key] = new("a", 10) });
        book.Note(new PositionKey("/var/log/a.log", "/var/log/a.log"), new LogPosition("a", 30));
        Assert.Equal(10, book.Find(key)!.Offset);
        book.Note(key, new LogPosition("a", 20));
        Assert.Equal(20, book.Find(key)!.Offset);
    }

    [Fact]
    public void Changes_are_handed_out_once_and_all_of_them_on_request()
    {
        PositionBook book = new();
        PositionKey a = new("a", "a"), b = new("b", "b");
        book.Note(a, new LogPosition("x", 1));
        book.Note(b, new LogPosition("x", 2));
        book.Note(a, new LogPosition("x", 3));
        Assert.Equal([3, 2], book.TakeChanges().OrderBy(pair => pair.Key.Reader).Select(pair => pair.Value.Offset));
        Assert.Empty(book.TakeChanges());
        book.Note(b, new LogPosition("x", 4));
        Assert.Equal([3, 4], book.TakeAll().OrderBy(pair => pair.Key.Reader).Select(pair => pair.Value.Offset));
        Assert.Empty(book.TakeChanges());
    }
}
