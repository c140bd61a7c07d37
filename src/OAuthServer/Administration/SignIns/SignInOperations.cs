using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.History;
using OAuthServer.Policy;

namespace OAuthServer.Administration.SignIns;

/// <summary>The name of one sign-in.</summary>
/// <param name="Reference">Such as <c>7K3M-2QPD</c>; case and the dash do not matter.</param>
public sealed record SignInReference(string Reference);

/// <summary>Reads the login history for an administrator: lists it, explains it, hands it out. It changes nothing.</summary>
public sealed class SignInOperations(Database database, LoginReferences references, LoginExplanations explanations) : IAdminOperations
{
    const string Page = "/setup/sign-ins";

    static readonly string[] Columns =
        ["reference", "time", "user", "app", "channel", "address", "network", "client", "presented", "tokenUsed", "tokenNeeded", "decision", "reason", "rule", "milliseconds"];

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<SignInFilter, AdminPage<SignInLine>>("sign-ins.list", "/sign-ins", Page, "List sign-ins, newest first.", ListAsync),
        AdminOperation.Read<SignInReference, SignInSight>("sign-ins.explain", "/sign-ins/{reference}", Page, "Explain a sign-in rule by rule, by its reference.", ExplainAsync),
        AdminOperation.Read<SignInFilter, AdminFile>("sign-ins.export", "/sign-ins.csv", Page, "Export sign-ins as CSV.", ExportAsync),
    ];

    public async Task<AdminAnswer<AdminPage<SignInLine>>> ListAsync(AdminCall call, SignInFilter filter)
    {
        if (Paging.Refuse(filter.Limit) is { } wrong)
            return wrong;
        await using var db = database.NewContext();
        var (records, refusal) = await RecordQuery.OfAsync(db, call, filter, references);
        if (records is null)
            return refusal!;
        var found = await records.Take(Paging.Size(filter.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(found, filter.Limit, record => references.Of(record.Id));
        var names = await RecordNames.OfAsync(db, call.Org.Id, shown, call.Cancellation);
        return new AdminPage<SignInLine>([.. shown.Select(record => LineOf(record, names))], next);
    }

    public async Task<AdminAnswer<SignInSight>> ExplainAsync(AdminCall call, SignInReference input)
    {
        await using var db = database.NewContext();
        if (references.Parse(input.Reference) is not { } id
            || await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.OrgId == call.Org.Id, call.Cancellation) is not { } record
            || await explanations.ReadAsync(id, call.Cancellation) is not { } explanation)
            return new AdminRefusal.NotFound("sign-in");
        var profile = record.ProfileId is { } profileId ? await db.Profiles.Where(p => p.Id == profileId).Select(p => p.Name).SingleOrDefaultAsync(call.Cancellation) : null;
        var names = await RecordNames.OfAsync(db, call.Org.Id, [record], call.Cancellation);
        return new SignInSight(
            LineOf(record, names), profile, record.ProfileVersion, record.SourceHop, Kinds(record.Proven), record.Flaw,
            LoginHistory.FactsOf(record).DeviceKnown, explanation.Rules, explanation.Conclusion, names.RowOf(record, references));
    }

    public Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, SignInFilter filter) =>
        new RecordExport("sign-ins", Columns, (record, names) => Csv(LineOf(record, names))).OfAsync(call, filter, database, references);

    static string Csv(SignInLine line) => CsvText.Line(
        line.Reference, RecordExport.Time(line.At), line.User, line.App, line.Channel.ToString(), line.Address, line.Network, line.Client,
        string.Join(' ', line.Presented), line.TokenUsed ? "yes" : "no", line.TokenNeeded ? "yes" : "no", line.Decision, line.Reason?.ToString(), line.Rule,
        line.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture));

    SignInLine LineOf(LoginRecord record, RecordNames names) => new(
        references.Of(record.Id), record.At, names.UserOf(record), record.ClientId, record.Channel, record.SourceAddress, record.TrustedNetwork, record.UserAgent,
        Kinds(record.Presented), record.TokenUsed, record.TokenNeeded, record.Decision, record.Reason, record.DecidingRule, record.LatencyMicroseconds / 1000.0, HistoryStatus.Of(record));

    static IReadOnlyList<Proof> Kinds(Proof proofs) => [.. Enum.GetValues<Proof>().Where(kind => kind != Proof.None && proofs.HasFlag(kind) && System.Numerics.BitOperations.IsPow2((int)kind))];
}
