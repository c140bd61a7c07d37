using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login.Explaining;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>What one rule found.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Passed">Nothing against the login.</param>
/// <param name="Sentence">Why, with the facts it saw.</param>
public sealed record ExplainedRule(string Rule, bool Passed, string Sentence);

/// <summary>A past login, rule by rule.</summary>
/// <param name="Rules">In their order.</param>
/// <param name="Conclusion">Which rule decided, and the smallest change that would have let it in.</param>
public sealed record LoginExplanation(IReadOnlyList<ExplainedRule> Rules, IReadOnlyList<string> Conclusion);

/// <summary>
/// Explains a past login: restores its facts, lets the rules of the policy version of its day decide again, and says rule by rule
/// in plain sentences what they found, and the smallest change that would have let it in. Who may read it is the door's affair.
/// </summary>
public sealed class LoginExplanations(Database database, LoginReferences references)
{
    /// <summary>The explanation; null when there is no such record.</summary>
    public async Task<string?> ExplainAsync(long id, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var record = await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation);
        if (record is null)
            return null;
        var facts = await FactsAsync(db, record, cancellation);
        var ruling = LoginPolicy.Decide(facts);
        var text = new StringBuilder();
        await HeadAsync(text, db, record, facts, cancellation);
        text.AppendLine();
        foreach (var rule in FactsExplanation.RulesOf(facts, ruling))
            text.Append(rule.Passed ? "  ok   " : "  NO   ").Append(rule.Rule.PadRight(32)).AppendLine(rule.Sentence);
        text.AppendLine();
        foreach (var line in ConclusionOf(record, facts, ruling))
            text.AppendLine(line);
        return text.ToString();
    }

    /// <summary>The same in parts, for a page; null when there is no such record.</summary>
    public async Task<LoginExplanation?> ReadAsync(long id, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        if (await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } record)
            return null;
        var facts = await FactsAsync(db, record, cancellation);
        var ruling = LoginPolicy.Decide(facts);
        return new([.. FactsExplanation.RulesOf(facts, ruling)], [.. ConclusionOf(record, facts, ruling)]);
    }

    /// <summary>The facts of a record under the profile version of its day.</summary>
    public static async Task<LoginFacts> FactsAsync(ServerDb db, LoginRecord record, CancellationToken cancellation = default)
    {
        var profile = Strangers.Profile;
        if (record.ProfileId is { } id
            && await db.ProfileVersions.AsNoTracking().SingleOrDefaultAsync(v => v.ProfileId == id && v.Version == record.ProfileVersion, cancellation) is { } version
            && await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is { } row)
        {
            var org = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == row.OrgId, cancellation);
            row.Version = version.Version;
            profile = FactsMapping.ProfileFacts(org, row, SettingsJson.Read<ProfileSettings>(version.Settings));
        }
        return LoginHistory.FactsOf(record).Restore(record, profile);
    }

    async Task HeadAsync(StringBuilder text, ServerDb db, LoginRecord record, LoginFacts facts, CancellationToken cancellation)
    {
        var user = record.UserId is { } id ? await db.Users.AsNoTracking().Where(u => u.Id == id).Select(u => u.Username).SingleOrDefaultAsync(cancellation) : null;
        var org = record.OrgId is { } orgId ? await db.Organizations.AsNoTracking().Where(o => o.Id == orgId).Select(o => o.Name).SingleOrDefaultAsync(cancellation) : null;
        var outcome = record.Decision switch
        {
            "allow" => "allowed",
            "challenge" => "challenged",
            _ => $"refused: {record.Reason}",
        };
        Line(text, $"Login {references.Of(record.Id)} was {outcome}.");
        Line(text, $"  when       {record.At:yyyy-MM-dd HH:mm:ss.fff} UTC, decided in {record.LatencyMicroseconds / 1000.0:0.0} ms");
        Line(text, $"  who        {user ?? (record.UserId is null ? "nobody known" : "a user who has been removed")}{(org is null ? "" : " of " + org)}{(record.ProfileId is null ? "" : $", profile \"{facts.Profile.Name}\" version {record.ProfileVersion}")}");
        Line(text, $"  how        {ChannelWords.Of(record.Channel)}{(record.ClientId is null ? "" : $" through app {record.ClientId}")}");
        Line(text, $"  from       {record.SourceAddress ?? "an unknown address"}{(record.SourceHop == "peer" ? "" : $" (named by the proxy {record.SourceHop})")}, {(record.TrustedNetwork is null ? "in no trusted network" : $"in the trusted network \"{record.TrustedNetwork}\"")}{(record.UserAgent is null ? "" : $", {record.UserAgent}")}");
        Line(text, $"  presented  {ProofWords.Of(record.Presented)}; proven: {ProofWords.Of(record.Proven)}{TokenUse(record)}");
        if (record.ProviderId is { } provider)
            Line(text, $"  provider   {await db.IdentityProviders.AsNoTracking().Where(p => p.Id == provider).Select(p => p.Name).SingleOrDefaultAsync(cancellation) ?? "an identity provider that has been removed"}");
        if (AssertionSentences.Of(record.AssertionFlaw) is { } wanting)
            Line(text, $"  assertion  {wanting}");
    }

    static string TokenUse(LoginRecord record) => (record.TokenUsed, record.TokenNeeded) switch
    {
        (true, true) => "; token used and needed",
        (true, false) => "; token used, not needed",
        (false, true) => "; token needed, not used",
        _ => "",
    };

    static IEnumerable<string> ConclusionOf(LoginRecord record, LoginFacts facts, LoginRuling ruling)
    {
        if (record.DecidingRule is { } rule)
            yield return $"Decided by {rule}.";
        if (AssertionSentences.Of(record.AssertionFlaw) is { } wanting)
            yield return $"The assertion did not hold: {wanting}";
        if (Describe(ruling.Decision) is var now && now != Describe(record))
            yield return $"Note: the rules of this version of the server would decide {now}.";
        if (FactsExplanation.AdviceOf(facts, ruling) is { } advice)
            yield return advice;
    }

    static string Describe(LoginDecision decision) => decision switch
    {
        LoginDecision.Allow => "allow",
        LoginDecision.Challenge => "challenge",
        LoginDecision.Deny deny => "deny " + deny.Reason,
        _ => "",
    };

    static string Describe(LoginRecord record) => record.Decision == "deny" ? "deny " + record.Reason : record.Decision;

    static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
