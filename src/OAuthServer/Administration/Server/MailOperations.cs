using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Administration.Server;

/// <summary>Which mails: those that wait and those that were given up.</summary>
/// <param name="Limit">How many at once: 1 to 500.</param>
/// <param name="After">What the last answer called next.</param>
public sealed record ListMails(int? Limit = null, string? After = null);

/// <summary>A mail that has not left.</summary>
/// <param name="Id">Its number.</param>
/// <param name="To">To whom, masked.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="Attempts">How often sending was tried.</param>
/// <param name="NextAttemptAt">When it is tried again; null when it was given up.</param>
/// <param name="Problem">Why it has not left; null when it was not tried yet.</param>
public sealed record MailLine(string Id, string To, string Subject, DateTimeOffset CreatedAt, int Attempts, DateTimeOffset? NextAttemptAt, string? Problem);

/// <summary>A mail by its number.</summary>
public sealed record MailId(string Id);

/// <summary>Whom the test mail goes to.</summary>
/// <param name="User">An administrator's username; null = whoever asks.</param>
public sealed record TestMail(string? User = null);

/// <summary>A test mail that is on its way.</summary>
/// <param name="To">To whom.</param>
public sealed record TestMailSent(string To);

/// <summary>Mail to the organization's people that has not left, and a mail to try whether any does.</summary>
public sealed class MailOperations(Database database, Outbox outbox, PublicUrl server) : IAdminOperations
{
    const string Page = "/setup/system/outbox";

    /// <summary>No list goes further back than this, however many mails of others wait.</summary>
    const int LookedAt = 2_000;

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListMails, AdminPage<MailLine>>("system.outbox", "/system/outbox", Page, "List mails to the organization's people that have not left.", ListAsync),
        AdminOperation.Change<MailId, Nothing>("system.outbox-retry", "POST", "/system/outbox/{id}/retry", Page, "Try to send a mail again, now.", RetryAsync),
        AdminOperation.Change<TestMail, TestMailSent>("system.mail-test", "POST", "/system/mail-test", "/setup/system", "Send a mail to an administrator's own address.", TestAsync),
    ];

    public async Task<AdminAnswer<AdminPage<MailLine>>> ListAsync(AdminCall call, ListMails input)
    {
        if (!MailPlace.TryParse(input.After, out var place))
            return Paging.NoPlace;
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var rows = await Unsent(db).ToListAsync(call.Cancellation);
        var own = await OwnAsync(db, call, rows.Select(row => row.Recipient));
        var found = rows.Where(row => own.Contains(row.Recipient) && (place is null || place.IsBefore(row))).Take(Paging.Size(input.Limit) + 1).Select(LineOf).ToList();
        var (shown, next) = Paging.Cut(found, input.Limit, mail => new MailPlace(mail.CreatedAt, mail.Id).ToString());
        return new AdminPage<MailLine>(shown, next);
    }

    public async Task<AdminAnswer<Nothing>> RetryAsync(AdminCall call, MailId input)
    {
        await using var db = call.Begin(database);
        if (await db.OutboxMessages.AsNoTracking().SingleOrDefaultAsync(row => row.Id == input.Id && row.SentAt == null, call.Cancellation) is not { } message
            || !(await OwnAsync(db, call, [message.Recipient])).Contains(message.Recipient))
            return new AdminRefusal.NotFound("mail");
        if (message.NextAttemptAt == Outbox.Never)
            return new AdminRefusal.Conflict("given-up", "The mail was given up.", "Its text was erased then. Do again what it was about: reset the token, send the link.");
        // Only what lies still: what is being sent at this moment is its sender's.
        await db.OutboxMessages.Where(row => row.Id == message.Id && row.SentAt == null && row.NextAttemptAt == message.NextAttemptAt)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAttemptAt, call.At), call.Cancellation);
        db.Audit(call.Org.Id, "mail", message.Id, message.Subject);
        await db.SaveChangesAsync(call.Cancellation);
        outbox.Wake();
        return new Nothing();
    }

    public async Task<AdminAnswer<TestMailSent>> TestAsync(AdminCall call, TestMail input)
    {
        await using var db = call.Begin(database);
        var name = input.User is { } username ? Usernames.Normalize(username) ?? username : null;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(
            candidate => candidate.OrgId == call.Org.Id && (name != null ? candidate.NormalizedUsername == name : candidate.Id == call.Actor.UserId), call.Cancellation);
        if (user is null && input.User is not null)
            return new AdminRefusal.NotFound("user");
        if (user is null)
            return new AdminRefusal.Invalid("user", "is missing: at the machine itself nobody is signed in; name an administrator.");
        if (call.Actor.UserId is not null && user.Id != call.Actor.UserId)
            return new AdminRefusal.Conflict("not-yourself", "A test mail goes to yourself.", "Leave the user out.");
        outbox.Add(db, TestEmail.Compose(user, server, call.At));
        db.Audit(call.Org.Id, "mail", user.Id, $"test mail to {user.Username}");
        await db.SaveChangesAsync(call.Cancellation);
        outbox.Wake();
        return new TestMailSent(user.Email);
    }

    internal static IQueryable<OutboxMessage> Unsent(ServerDb db) => db.OutboxMessages.AsNoTracking()
        .Where(message => message.SentAt == null)
        .OrderByDescending(message => message.CreatedAt).ThenByDescending(message => message.Id).Take(LookedAt)
        .Select(message => new OutboxMessage // without its body
        {
            Id = message.Id,
            Recipient = message.Recipient,
            Subject = message.Subject,
            Body = Array.Empty<byte>(),
            CreatedAt = message.CreatedAt,
            Attempts = message.Attempts,
            NextAttemptAt = message.NextAttemptAt,
            LastError = message.LastError,
        });

    /// <summary>
    /// The outbox is the server's: an organization sees what goes to its own people. An address that somebody of another organization has too is
    /// nobody's, because any administrator can write any address at a user.
    /// </summary>
    static async Task<HashSet<string>> OwnAsync(ServerDb db, AdminCall call, IEnumerable<string> recipients)
    {
        var addresses = recipients.Distinct(StringComparer.Ordinal).ToList();
        if (addresses.Count == 0)
            return [];
        var ours = await db.Users.Where(user => user.OrgId == call.Org.Id && addresses.Contains(user.Email)).Select(user => user.Email).Distinct().ToListAsync(call.Cancellation);
        if (ours.Count == 0)
            return [];
        var theirs = await db.Users.Where(user => user.OrgId != call.Org.Id && ours.Contains(user.Email)).Select(user => user.Email).Distinct().ToListAsync(call.Cancellation);
        return ours.Except(theirs, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
    }

    static MailLine LineOf(OutboxMessage row) => new(
        row.Id, Masked(row.Recipient), row.Subject, row.CreatedAt, row.Attempts, row.NextAttemptAt == Outbox.Never ? null : row.NextAttemptAt, row.LastError);

    static string Masked(string address) => address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? $"{address[0]}***{address[at..]}" : "***";
}

/// <summary>A place in the list of mails, which is by their age.</summary>
sealed record MailPlace(DateTimeOffset At, string Id)
{
    internal static bool TryParse(string? text, out MailPlace? place)
    {
        place = text?.Split('-') is [var at, { Length: > 0 } id] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 1L << 47
            ? new(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id)
            : null;
        return text is null or "" || place is not null;
    }

    /// <summary>The mail stands after this place. Compared in the milliseconds that the place is written in.</summary>
    internal bool IsBefore(OutboxMessage message) =>
        message.CreatedAt.ToUnixTimeMilliseconds().CompareTo(At.ToUnixTimeMilliseconds()) is var later && (later < 0 || later == 0 && string.CompareOrdinal(message.Id, Id) < 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.ToUnixTimeMilliseconds()}-{Id}");
}
