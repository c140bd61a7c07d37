using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>One attempt to log in, through whatever door, with enough of its facts to decide it again (login policy, section 8).</summary>
public sealed class LoginRecord
{
    /// <summary>Also the reference the caller was given, in another writing (LoginReference).</summary>
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public string? OrgId { get; set; }

    public string? UserId { get; set; }

    /// <summary>Keyed hash of a name that nobody has: tells a typo from a spray, and nothing else.</summary>
    public string? UnknownNameHash { get; set; }

    public string? ProfileId { get; set; }

    public int? ProfileVersion { get; set; }

    /// <summary>The client identifier, also when the app is unknown.</summary>
    public string? ClientId { get; set; }

    public LoginChannel Channel { get; set; }

    public string? SourceAddress { get; set; }

    /// <summary>Which hop gave the address: <c>peer</c>, or the proxy whose forwarded header was believed.</summary>
    public string SourceHop { get; set; } = "peer";

    public string? UserAgent { get; set; }

    public string? ClientVersion { get; set; }

    /// <summary>How it came: a RequestWire (Login) as text; null in records from before there was one.</summary>
    public string? Wire { get; set; }

    /// <summary>Kinds, never values.</summary>
    public Proof Presented { get; set; }

    public Proof Proven { get; set; }

    public CredentialFlaw Flaw { get; set; }

    /// <summary>What exactly an identity provider's or a bearer assertion was found wanting in: an AssertionFlaw (Federation); null when nothing.</summary>
    public string? AssertionFlaw { get; set; }

    /// <summary>The identity provider that spoke.</summary>
    public string? ProviderId { get; set; }

    public bool TokenUsed { get; set; }

    public bool TokenNeeded { get; set; }

    /// <summary>The security token that was used.</summary>
    public long? SecurityTokenId { get; set; }

    /// <summary>The trusted network the caller was in.</summary>
    public string? TrustedNetwork { get; set; }

    /// <summary><c>allow</c>, <c>deny</c> or <c>challenge</c>.</summary>
    public required string Decision { get; set; }

    public DenyReason? Reason { get; set; }

    public string? DecidingRule { get; set; }

    /// <summary>The finding of every rule, one per line: name, tab, verdict; <c>passed</c> where every rule did.</summary>
    public required string Trace { get; set; }

    /// <summary>The facts that no other table keeps, as JSON; with the profile version they give the same ruling again.</summary>
    public required string Facts { get; set; }

    /// <summary>From the request's arrival to the decision, in microseconds.</summary>
    public long LatencyMicroseconds { get; set; }
}
