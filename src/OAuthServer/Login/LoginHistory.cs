using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>Writes login records, inside the batch of their login. Owns their shape; reads none.</summary>
public static class LoginHistory
{
    const string InsertSql = """
        INSERT INTO login_records (at, org_id, user_id, unknown_name_hash, profile_id, profile_version, client_id, channel, source_address, source_hop,
            user_agent, client_version, presented, proven, flaw, token_used, token_needed, security_token_id, trusted_network, decision, reason,
            deciding_rule, trace, facts, latency_microseconds, provider_id, assertion_flaw, wire)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25, @p26, @p27)
        """;

    /// <summary>Writes one record and returns its number.</summary>
    public static async ValueTask<long> WriteAsync(WriteScope scope, LoginEntry entry)
    {
        var facts = entry.Facts;
        var ruling = entry.Ruling;
        var known = facts.User.Id.Length > 0;
        return await scope.Sql.InsertAsync(
            InsertSql,
            facts.At.ToUnixTimeMilliseconds(),
            Text(facts.Org.Id),
            Text(facts.User.Id),
            entry.UnknownNameHash,
            known ? facts.Profile.Id : null,
            known ? facts.Profile.Version : null,
            entry.ClientId,
            EnumNames<LoginChannel>.Of(facts.Channel),
            facts.From?.ToString(),
            entry.Request.Origin.Hop,
            entry.Request.UserAgent,
            entry.Request.ClientVersion,
            (int)facts.Evidence.Presented,
            (int)facts.Evidence.Proven,
            EnumNames<CredentialFlaw>.Of(facts.Evidence.Flaw),
            facts.Evidence.Has(Proof.SecurityToken),
            entry.TokenNeeded,
            entry.SecurityTokenId,
            facts.TrustedNetwork?.Label,
            DecisionWord(ruling.Decision),
            ruling.Decision is LoginDecision.Deny deny ? EnumNames<DenyReason>.Of(deny.Reason) : null,
            ruling.DecidingRule,
            LoginTrace.Write(ruling),
            JsonSerializer.Serialize(StoredFacts.Of(facts), StoredFactsJson.Default.StoredFacts),
            entry.LatencyMicroseconds,
            entry.Assertion?.ProviderId,
            entry.Assertion is { Flaw: not AssertionFlaw.None and var flaw } ? EnumNames<AssertionFlaw>.Of(flaw) : null,
            entry.Request.Wire.ToString());
    }

    /// <summary>The facts of a record.</summary>
    public static StoredFacts FactsOf(LoginRecord record) =>
        JsonSerializer.Deserialize(record.Facts, StoredFactsJson.Default.StoredFacts) ?? throw new JsonException("A login record without facts.");

    /// <summary>The decision as one word.</summary>
    internal static string DecisionWord(LoginDecision decision) => decision switch
    {
        LoginDecision.Allow => "allow",
        LoginDecision.Challenge => "challenge",
        _ => "deny",
    };

    static string? Text(string text) => text.Length == 0 ? null : text;
}

/// <summary>What one record is made of.</summary>
public sealed record LoginEntry(
    LoginFacts Facts,
    LoginRuling Ruling,
    RequestContext Request,
    string? ClientId,
    string? UnknownNameHash,
    bool TokenNeeded,
    long? SecurityTokenId,
    long LatencyMicroseconds)
{
    /// <summary>The assertion it rests on; null when it rests on none.</summary>
    public AssertedLogin? Assertion { get; init; }
}

/// <summary>Enum names without reflection per call.</summary>
static class EnumNames<T>
    where T : struct, Enum
{
    static readonly Dictionary<T, string> Known = Enum.GetValues<T>().ToDictionary(value => value, value => value.ToString());

    internal static string Of(T value) => Known[value];
}

/// <summary>Written without reflection: this is on the path of every login.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredFacts))]
sealed partial class StoredFactsJson : JsonSerializerContext;
