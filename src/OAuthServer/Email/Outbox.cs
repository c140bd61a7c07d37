using System.Net.Mail;
using System.Security.Cryptography;
using System.Text.Json;
using OAuthServer.Data;

namespace OAuthServer.Email;

/// <summary>
/// The durable outbox. Owns the way of a message from its cause to its sender: a row in the transaction of the cause, a worker
/// that sends, retries with back-off and erases the body afterwards. It never decides whether somebody is written to.
/// </summary>
public sealed class Outbox(MasterKey key, TimeProvider clock)
{
    /// <summary>The longest address there is (RFC 5321 section 4.5.3.1, with the erratum on the path).</summary>
    public const int MaxAddressLength = 254;

    /// <summary>Longer subjects are cut off by mail programs anyway.</summary>
    public const int MaxSubjectLength = 200;

    const string Purpose = "outbox";
    volatile TaskCompletionSource signal = NewSignal();
    int depth;

    /// <summary>The hour of a message that was given up. Such a row is neither due nor counted, and has no body any more.</summary>
    internal static DateTimeOffset Never { get; } = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());

    /// <summary>How many messages wait, on all nodes, as of the worker's last look: seconds old, and free to read.</summary>
    public int Depth => Volatile.Read(ref depth);

    /// <summary>Adds the message to the caller's unit of work; it leaves after the caller has saved.</summary>
    /// <exception cref="ArgumentException">It could never be sent: no single address, too long, or a line break in a header.</exception>
    public void Add(ServerDb db, Mail mail)
    {
        if (!IsOneAddress(mail.To))
            throw new ArgumentException("A mail goes to exactly one well-formed address.", nameof(mail));
        if (mail.Subject.Length is 0 or > MaxSubjectLength || mail.Subject.Any(char.IsControl))
            throw new ArgumentException($"A subject is one line of at most {MaxSubjectLength} characters.", nameof(mail));
        var now = clock.GetUtcNow();
        db.OutboxMessages.Add(new OutboxMessage
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            OrgId = mail.OrgId,
            Recipient = mail.To,
            Subject = mail.Subject,
            Body = key.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(new Body(mail.Text, mail.Html))),
            CreatedAt = now,
            NextAttemptAt = now,
        });
    }

    /// <summary>Tells the worker that a message has been saved, so that it does not wait for its next look.</summary>
    public void Wake() => signal.TrySetResult();

    /// <summary>Returns when somebody called <see cref="Wake"/>, or after the time has passed, or when cancelled; never throws.</summary>
    internal async Task WokenAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var nap = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(signal.Task, Task.Delay(atMost, nap.Token));
        await nap.CancelAsync();
        // Whoever wakes between here and the next look has saved already: the look will find it.
        signal = NewSignal();
    }

    /// <summary>The message as it was added.</summary>
    /// <exception cref="CryptographicException">The row was written under another master key, or is damaged.</exception>
    internal Mail Open(OutboxMessage row)
    {
        var body = JsonSerializer.Deserialize<Body>(key.Unprotect(Purpose, row.Body))
            ?? throw new CryptographicException("The sealed body is empty.");
        return new Mail(row.Recipient, row.Subject, body.Text, body.Html) { OrgId = row.OrgId };
    }

    internal void Counted(int unsent) => Volatile.Write(ref depth, unsent);

    // Compared with its own address part, so that neither a list nor a display name passes for one recipient.
    static bool IsOneAddress(string to) =>
        to.Length <= MaxAddressLength && !to.Any(char.IsControl) && MailAddress.TryCreate(to, out var address) && address.Address == to;

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    sealed record Body(string Text, string? Html);
}
