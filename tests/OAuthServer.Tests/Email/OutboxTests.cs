using System.Text;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Email;

public sealed class OutboxTests
{
    static readonly Mail Working = new("ada@example.com", "Your new security token", "Token: Zm9vYmFyYmF6cXV4cXV1eDEy", "<p>Zm9vYmFyYmF6cXV4cXV1eDEy</p>");

    [Fact]
    public async Task The_body_waits_encrypted_and_reads_as_it_was_written()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);

        var row = await bench.RowAsync();
        Assert.DoesNotContain("Zm9v", Encoding.Latin1.GetString(row.Body), StringComparison.Ordinal);
        Assert.Equal(Working, bench.Outbox.Open(row));
    }

    [Fact]
    public async Task A_message_is_gone_when_its_cause_is_not_saved()
    {
        await using var bench = await OutboxBench.NewAsync();
        await using (var db = bench.Scratch.Database.NewContext())
            bench.Outbox.Add(db, Working);

        var sender = new ScriptedSender();
        await bench.Worker(sender).SendDueAsync(TestContext.Current.CancellationToken);
        Assert.Empty(sender.Sent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("ada@example.com, eve@example.com")]
    [InlineData("Ada <ada@example.com>")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("ada@example.com\n")]
    [InlineData("ada\0@example.com")]
    public async Task Anything_but_one_plain_address_is_refused(string to)
    {
        await using var bench = await OutboxBench.NewAsync();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => bench.AddAsync(Working with { To = to }));
        Assert.DoesNotContain("eve", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_beyond_the_longest_possible_is_refused()
    {
        await using var bench = await OutboxBench.NewAsync();
        var tail = "@example.com";
        await bench.AddAsync(Working with { To = new string('a', Outbox.MaxAddressLength - tail.Length) + tail });
        await Assert.ThrowsAsync<ArgumentException>(() => bench.AddAsync(Working with { To = new string('a', Outbox.MaxAddressLength) + tail }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hello\r\nBcc: eve@example.com")]
    [InlineData("Hello\nBcc: eve@example.com")]
    [InlineData("Hello\rBcc: eve@example.com")]
    public async Task A_subject_of_more_or_less_than_one_line_is_refused(string subject)
    {
        await using var bench = await OutboxBench.NewAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => bench.AddAsync(Working with { Subject = subject }));
    }

    [Fact]
    public async Task A_subject_that_is_too_long_is_refused()
    {
        await using var bench = await OutboxBench.NewAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => bench.AddAsync(Working with { Subject = new string('s', Outbox.MaxSubjectLength + 1) }));
    }

    [Fact]
    public async Task A_nap_ends_when_somebody_wakes_the_worker()
    {
        var outbox = new Outbox(new MasterKey(new byte[32]), new ManualClock());
        var nap = outbox.WokenAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.False(nap.IsCompleted);
        outbox.Wake();
        await nap.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
