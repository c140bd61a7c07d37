using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Administration.SignIns;

/// <summary>The name of one sign-in.</summary>
/// <param name="Reference">Such as <c>7K3M-2QPD</c>; case and the dash do not matter.</param>
public sealed record SignInReference(string Reference);

/// <summary>How far back to look.</summary>
/// <param name="Days">1 to 365; 30 where it is left out.</param>
public sealed record TokenUsersOf(int? Days = null);

/// <summary>Reads the login history for an administrator: lists it, explains it, hands it out. It changes nothing.</summary>
public sealed class SignInOperations(Database database, LoginReferences references, LoginExplanations explanations) : IAdminOperations
{
    const string Page = "/setup/sign-ins";
    const int Most = 500;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<SignInFilter, AdminPage<SignInLine>>("sign-ins.list", "/sign-ins", Page, "List sign-ins, newest first.", ListAsync),
        AdminOperation.Read<SignInReference, SignInSight>("sign-ins.explain", "/sign-ins/{reference}", Page, "Explain a sign-in rule by rule, by its reference.", ExplainAsync),
        AdminOperation.Read<SignInFilter, AdminFile>("sign-ins.export", "/sign-ins.csv", Page, "Export sign-ins as CSV.", ExportAsync),
        AdminOperation.Read<TokenUsersOf, AdminPage<TokenUser>>("sign-ins.token-users", "/token-users", "/setup/sign-ins/token-users", "List who uses a security token, also from inside the trusted networks.", TokenUsersAsync),
    ];

    public async Task<AdminAnswer<AdminPage<SignInLine>>> ListAsync(AdminCall call, SignInFilter filter)
    {
        if (filter.Limit is < 1 or > Most)
            return new AdminRefusal.Invalid("limit", $"is out of range; send 1 to {Most}.");
        await using var db = database.NewContext();
        var (records, refusal) = await RecordQuery.OfAsync(db, call, filter, references);
        if (records is null)
            return refusal!;
        var limit = filter.Limit ?? 50;
        var found = await records.Take(limit + 1).ToListAsync(call.Cancellation);
        var lines = await LinesAsync(db, found.Take(limit).ToList(), call.Cancellation);
        return new AdminPage<SignInLine>(lines, found.Count > limit ? lines[^1].Reference : null);
    }

    public async Task<AdminAnswer<SignInSight>> ExplainAsync(AdminCall call, SignInReference input)
    {
        await using var db = database.NewContext();
        if (references.Parse(input.Reference) is not { } id
            || await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.OrgId == call.Org.Id, call.Cancellation) is not { } record
            || await explanations.ReadAsync(id, call.Cancellation) is not { } explanation)
            return new AdminRefusal.NotFound("sign-in");
        var profile = record.ProfileId is { } profileId ? await db.Profiles.Where(p => p.Id == profileId).Select(p => p.Name).SingleOrDefaultAsync(call.Cancellation) : null;
        return new SignInSight(
            (await LinesAsync(db, [record], call.Cancellation))[0], profile, record.ProfileVersion, record.SourceHop, Kinds(record.Proven), record.Flaw,
            LoginHistory.FactsOf(record).DeviceKnown, explanation.Rules, explanation.Conclusion);
    }

    /// <summary>All that match, oldest limits aside: the file is written while it is read.</summary>
    public async Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, SignInFilter filter)
    {
        await using var db = database.NewContext();
        var (_, refusal) = await RecordQuery.OfAsync(db, call, filter, references);
        if (refusal is not null)
            return refusal;
        return new AdminFile($"sign-ins-{call.At:yyyy-MM-dd}.csv", "text/csv; charset=utf-8", (target, cancellation) => WriteAsync(call with { Cancellation = cancellation }, filter, target));
    }

    public async Task<AdminAnswer<AdminPage<TokenUser>>> TokenUsersAsync(AdminCall call, TokenUsersOf input)
    {
        var days = input.Days ?? 30;
        if (days is < 1 or > 365)
            return new AdminRefusal.Invalid("days", "is out of range; send 1 to 365.");
        await using var db = database.NewContext();
        var since = call.At.AddDays(-days);
        var first = await RecordQuery.FirstIdAsync(db, since, call.Cancellation) ?? long.MaxValue;
        var groups = await db.LoginRecords.AsNoTracking().Where(record => record.OrgId == call.Org.Id && record.TokenUsed && record.Id >= first)
            .GroupBy(record => new { record.UserId, record.ClientId, record.TrustedNetwork })
            .Select(group => new { group.Key, Needed = group.Count(record => record.TokenNeeded), All = group.Count(), Last = group.Max(record => record.Id) })
            .OrderByDescending(group => group.All).Take(Most).ToListAsync(call.Cancellation);
        var lastIds = groups.ConvertAll(group => group.Last);
        var last = await db.LoginRecords.AsNoTracking().Where(record => lastIds.Contains(record.Id)).ToDictionaryAsync(record => record.Id, call.Cancellation);
        var names = await NamesAsync(db, groups.Select(group => group.Key.UserId), call.Cancellation);
        return new AdminPage<TokenUser>(
            [
                .. groups.Select(group => new TokenUser(
                    Name(names, group.Key.UserId), group.Key.ClientId, group.Key.TrustedNetwork, last[group.Last].UserAgent, group.Needed, group.All - group.Needed,
                    last[group.Last].At, references.Of(group.Last))),
            ], null);
    }

    async Task WriteAsync(AdminCall call, SignInFilter filter, Stream target)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(CsvText.Line(
            "reference", "time", "user", "app", "channel", "address", "network", "client", "presented", "tokenUsed", "tokenNeeded", "decision", "reason", "rule", "milliseconds"));
        string? after = filter.After;
        while (true)
        {
            var part = (await ListAsync(call, filter with { After = after, Limit = Most })).Value!;
            foreach (var line in part.Items)
                await text.WriteAsync(Csv(line));
            if ((after = part.Next) is null)
                return;
        }
    }

    static string Csv(SignInLine line) => CsvText.Line(
        line.Reference, line.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), line.User, line.App, line.Channel.ToString(), line.Address, line.Network, line.Client,
        string.Join(' ', line.Presented), line.TokenUsed ? "yes" : "no", line.TokenNeeded ? "yes" : "no", line.Decision, line.Reason?.ToString(), line.Rule,
        line.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture));

    async Task<List<SignInLine>> LinesAsync(ServerDb db, List<LoginRecord> records, CancellationToken cancellation)
    {
        var names = await NamesAsync(db, records.Select(record => record.UserId), cancellation);
        return records.ConvertAll(record => new SignInLine(
            references.Of(record.Id), record.At, Name(names, record.UserId), record.ClientId, record.Channel, record.SourceAddress, record.TrustedNetwork, record.UserAgent,
            Kinds(record.Presented), record.TokenUsed, record.TokenNeeded, record.Decision, record.Reason, record.DecidingRule, record.LatencyMicroseconds / 1000.0));
    }

    static Task<Dictionary<string, string>> NamesAsync(ServerDb db, IEnumerable<string?> ids, CancellationToken cancellation)
    {
        var wanted = ids.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return db.Users.Where(user => wanted.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Username, StringComparer.Ordinal, cancellation);
    }

    static string? Name(Dictionary<string, string> names, string? id) => id is null ? null : names.GetValueOrDefault(id);

    static IReadOnlyList<Proof> Kinds(Proof proofs) => [.. Enum.GetValues<Proof>().Where(kind => kind != Proof.None && proofs.HasFlag(kind) && System.Numerics.BitOperations.IsPow2((int)kind))];
}
