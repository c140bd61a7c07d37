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
/// <param name="IsServers">No organization's, or not known whose: only the operator sees it, at the machine itself.</param>
public sealed record MailLine(
    string Id, string To, string Subject, DateTimeOffset CreatedAt, int Attempts, DateTimeOffset? NextAttemptAt, string? Problem, bool IsServers);

/// <summary>A mail by its number.</summary>
public sealed record MailId(string Id);

/// <summary>Whom the test mail goes to.</summary>
/// <param name="User">An administrator's username; null = whoever asks.</param>
public sealed record TestMail(string? User = null);

/// <summary>A test mail that is on its way.</summary>
/// <param name="To">To whom.</param>
public sealed record TestMailSent(string To);

/// <summary>Mail of the organization that has not left, and a mail to try whether any does.</summary>
public sealed class MailOperations(Database database, Outbox outbox, PublicUrl server) : IAdminOperations
{
    const string Page = "/setup/system/outbox";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListMails, AdminPage<MailLine>>("system.outbox", "/system/outbox", Page, "List mails of the organization that have not left; at the machine itself, the server's own too.", ListAsync),
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
        var rows = await Newest(db, call, place).Take(Paging.Size(input.Limit) + 1)
            .Select(message => new { message.Id, message.OrgId, message.Recipient, message.Subject, message.CreatedAt, message.Attempts, message.NextAttemptAt, message.LastError })
            .ToListAsync(call.Cancellation);
        var mails = rows.ConvertAll(row => new MailLine(
            row.Id, Masked(row.Recipient), row.Subject, row.CreatedAt, row.Attempts, row.NextAttemptAt == Outbox.Never ? null : row.NextAttemptAt, row.LastError, row.OrgId is null));
        var (shown, next) = Paging.Cut(mails, input.Limit, mail => new MailPlace(mail.CreatedAt, mail.Id).ToString());
        return new AdminPage<MailLine>(shown, next);
    }

    public async Task<AdminAnswer<Nothing>> RetryAsync(AdminCall call, MailId input)
    {
        await using var db = call.Begin(database);
        if (await Unsent(db, call).SingleOrDefaultAsync(row => row.Id == input.Id, call.Cancellation) is not { } message)
            return new AdminRefusal.NotFound("mail");
        if (message.NextAttemptAt == Outbox.Never)
            return new AdminRefusal.Conflict("given-up", "The mail was given up.", "Its text was erased then. Do again what it was about: reset the token, send the link.");
        // Only what lies still: what is being sent at this moment is its sender's.
        await db.OutboxMessages.Where(row => row.Id == message.Id && row.SentAt == null && row.NextAttemptAt == message.NextAttemptAt)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAttemptAt, call.At), call.Cancellation);
        // The trail is the organization's to read: of the server's own mail it says no more than that there was one.
        db.Audit(call.Org.Id, "mail", message.Id, message.OrgId is null ? "mail of the server" : message.Subject);
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

    /// <summary>What waits, the newest first.</summary>
    internal static IQueryable<OutboxMessage> Newest(ServerDb db, AdminCall call, MailPlace? place)
    {
        var query = Unsent(db, call);
#pragma warning disable CA1309 // the database compares, and orders the same way
        if (place is { At: var at, Id: var id })
            query = query.Where(message => message.CreatedAt <= at && (message.CreatedAt < at || string.Compare(message.Id, id) < 0));
#pragma warning restore CA1309
        return query.OrderByDescending(message => message.CreatedAt).ThenByDescending(message => message.Id);
    }

    /// <summary>
    /// An organization sees what was written for it, whoever has the address now. The operator, at the machine itself, sees the server's own too.
    /// </summary>
    static IQueryable<OutboxMessage> Unsent(ServerDb db, AdminCall call)
    {
        var unsent = db.OutboxMessages.AsNoTracking().Where(message => message.SentAt == null);
        return call.Actor.Door == AuditDoor.Cli
            ? unsent.Where(message => message.OrgId == call.Org.Id || message.OrgId == null)
            : unsent.Where(message => message.OrgId == call.Org.Id);
    }

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

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.ToUnixTimeMilliseconds()}-{Id}");
}
