using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>What an action has to do and what has become pointless.</summary>
public sealed class ActionBookTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;
    private static readonly Ban s_first = Make("192.0.2.1"), s_second = Make("192.0.2.2"), s_third = Make("2001:db8::3");

    [Fact]
    public void Steps_come_in_their_order_and_bans_are_pending_until_carried_out()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: false);
        book.Start(s_now);
        book.Add(s_first, s_now);
        Assert.Equal((true, false, 2), (book.IsPending(s_first.Id), book.IsPending(s_second.Id), book.Waiting));
        Assert.Equal("Start; Ban 192.0.2.1", Work(book));
        Assert.Equal((false, 0), (book.IsPending(s_first.Id), book.Waiting));
        book.Remove([s_first], s_now);
        Assert.Equal("Unban 192.0.2.1", Work(book));
        Assert.Empty(book.Tried());
        book.Remove([s_first], s_now);
        Assert.Equal("", Work(book));
    }

    [Fact]
    public void A_ban_that_ends_before_its_turn_costs_no_command_and_a_message_is_sent_all_the_same()
    {
        using ActionBook lasting = new(isLasting: true, canProlong: false, canFlush: false), messages = new(isLasting: false, canProlong: false, canFlush: false);
        foreach (ActionBook book in new[] { lasting, messages })
        {
            book.Add(s_first, s_now);
            book.Add(s_second, s_now);
            book.Remove([s_first], s_now);
        }

        Assert.Equal("Ban 192.0.2.2", Work(lasting));
        Assert.Equal("Ban 192.0.2.1; Ban 192.0.2.2", Work(messages));
        Assert.False(messages.IsPending(s_second.Id));
    }

    [Fact]
    public void A_ban_lifted_while_it_is_carried_out_is_undone_behind_it()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: false);
        book.Add(s_first, s_now);
        ActionStep step = book.Take(s_now, out _)!;
        book.Remove([s_first], s_now);
        book.Succeeded(step, s_now);
        ActionStep unban = book.Take(s_now, out _)!;
        Assert.Equal((ActionStepKind.Unban, false), (unban.Kind, unban.IsQuiet));

        // Where it fails, there may be nothing to undo, and nobody need hear of it.
        book.Succeeded(unban, s_now);
        book.Add(s_first, s_now);
        step = book.Take(s_now, out _)!;
        book.Remove([s_first], s_now);
        book.FailedUntil(step, s_now.AddSeconds(1));
        unban = book.Take(s_now.AddSeconds(5), out _)!;
        Assert.Equal((ActionStepKind.Unban, true), (unban.Kind, unban.IsQuiet));
        book.GaveUp(unban, s_now);
        Assert.Equal((0, ""), (book.Waiting, Work(book, s_now.AddDays(1))));
    }

    [Fact]
    public void What_failed_comes_again_at_its_time_and_at_once_where_something_else_works_again()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: false);
        book.Add(s_first, s_now);
        book.Add(s_second, s_now);
        Assert.False(book.WhenSettledAsync(default).IsCompleted);
        book.FailedUntil(book.Take(s_now, out _)!, s_now.AddSeconds(1));
        book.FailedUntil(book.Take(s_now, out _)!, s_now.AddHours(1));
        Assert.True(book.WhenSettledAsync(default).IsCompleted);
        Assert.Null(book.Take(s_now, out TimeSpan? wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        Assert.True(book.IsPending(s_first.Id));
        Assert.Equal("Ban 192.0.2.1; Ban 192.0.2.2", Work(book, s_now.AddSeconds(1)));
        Assert.False(book.IsPending(s_first.Id));
    }

    [Fact]
    public void Everybody_is_lifted_by_one_command_where_there_is_one()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: true);
        foreach (Ban ban in new[] { s_first, s_second, s_third })
        {
            book.Add(ban, s_now);
        }

        Work(book);
        book.Remove([s_first], s_now);
        Assert.Equal("Unban 192.0.2.1", Work(book));
        book.Remove([s_second, s_third], s_now);
        Assert.Equal("Flush", Work(book));
        Assert.Empty(book.Tried());

        // Where it fails, one by one.
        book.Add(s_first, s_now);
        book.Add(s_second, s_now);
        Work(book);
        book.Remove([s_first, s_second], s_now);
        book.GaveUp(book.Take(s_now, out _)!, s_now);
        Assert.Equal(["Unban 192.0.2.1", "Unban 192.0.2.2"], Work(book).Split("; ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_ban_does_not_wait_for_an_unban_that_fails()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: false);
        book.Add(s_first, s_now);
        Work(book);
        book.Remove([s_first], s_now);
        book.FailedUntil(book.Take(s_now, out _)!, s_now.AddHours(1));
        book.Add(s_first, s_now);
        ActionStep last = book.Take(s_now, out _)!;
        Assert.Equal((ActionStepKind.Unban, true), (last.Kind, last.IsQuiet));
        book.GaveUp(last, s_now);
        Assert.True(book.IsPending(s_first.Id));
        Assert.Equal("Ban 192.0.2.1", Work(book));
        Assert.Equal("", Work(book, s_now.AddDays(1)));
    }

    [Fact]
    public void What_is_lost_is_banned_again_and_only_that()
    {
        using ActionBook book = new(isLasting: true, canProlong: false, canFlush: false);
        foreach (Ban ban in new[] { s_first, s_second, s_third })
        {
            book.Add(ban, s_now);
        }

        Work(book);
        book.Remove([s_second], s_now);
        Assert.Equal(1, book.Lost(ban => !ban.Address.IsIPv6, default, s_now));
        Assert.True(book.IsPending(s_first.Id));
        ActionStep unban = book.Take(s_now, out _)!;
        Assert.True(unban.IsQuiet);
        book.Succeeded(unban, s_now);
        ActionStep again = book.Take(s_now, out _)!;
        Assert.Equal((s_first.Id, true), (again.Ban!.Id, again.IsAgain));
    }

    [Fact]
    public void A_longer_ban_is_told_once_and_to_those_who_want_to_know()
    {
        using ActionBook book = new(isLasting: true, canProlong: true, canFlush: false);
        Ban longer = s_first with { Duration = Duration.FromSeconds(3600) };
        book.Prolong(longer, s_now);
        book.Add(s_first, s_now);
        book.Prolong(longer, s_now);
        ActionStep ban = book.Take(s_now, out _)!;
        Assert.Equal((ActionStepKind.Ban, 3600.0), (ban.Kind, ban.Ban!.Duration.TotalSeconds));
        book.Succeeded(ban, s_now);
        book.Prolong(longer, s_now);
        book.Prolong(longer, s_now);
        Assert.Equal("Prolong 192.0.2.1", Work(book));
        book.Prolong(longer, s_now);
        book.Remove([longer], s_now);
        Assert.Equal("Unban 192.0.2.1", Work(book));

        using ActionBook indifferent = new(isLasting: true, canProlong: false, canFlush: false);
        indifferent.Add(s_first, s_now);
        Work(indifferent);
        indifferent.Prolong(longer, s_now);
        Assert.Equal("", Work(indifferent));
    }

    [Fact]
    public void Messages_that_nobody_takes_do_not_pile_up_and_lasting_bans_are_all_kept_without_their_lines()
    {
        using ActionBook messages = new(isLasting: false, canProlong: true, canFlush: false), lasting = new(isLasting: true, canProlong: false, canFlush: false);
        int taken = Enumerable.Range(0, 3 * ActionBook.MaxWaiting).Count(i => messages.Add(Make($"10.0.{i >> 8}.{i & 255}"), s_now));
        Assert.Equal(ActionBook.MaxWaiting, taken);
        Assert.Equal(3 * ActionBook.MaxWaiting, Enumerable.Range(0, 3 * ActionBook.MaxWaiting).Count(i => lasting.Add(Make($"10.0.{i >> 8}.{i & 255}"), s_now)));
        List<ActionStep> steps = [];
        while (lasting.Take(s_now, out _) is { } step)
        {
            steps.Add(step);
            lasting.Succeeded(step, s_now);
        }

        Assert.Equal(ActionBook.MaxWaiting, steps.Count(step => step.Ban!.Matches.Count > 0));
        Assert.Equal(3 * ActionBook.MaxWaiting, steps.Count);
        Assert.All(lasting.Tried(), tried => Assert.Empty(tried.Ban.Matches));
    }

    private static Ban Make(string address) => new("jail", Address.Parse(address), s_now, Duration.FromSeconds(600)) { Matches = ["a line"] };

    private static string Work(ActionBook book, DateTimeOffset? now = null)
    {
        List<string> done = [];
        while (book.Take(now ?? s_now, out _) is { } step)
        {
            done.Add(step.Ban is null ? $"{step.Kind}" : $"{step.Kind} {step.Ban.Id}");
            book.Succeeded(step, now ?? s_now);
        }

        return string.Join("; ", done);
    }
}
