namespace OAuthServer.Login;

/// <summary>
/// How many refused logins one network or app may cause before it is told to slow down (logins that succeed cost nothing), and how many sign-ins
/// one network may begin.
/// </summary>
public sealed record LimitOptions
{
    /// <summary>Refusals in a burst, per source network (IPv4 /32, IPv6 /64).</summary>
    public int RefusalsPerNetwork { get; init; } = 500;

    /// <summary>Refusals in a burst, per app.</summary>
    public int RefusalsPerApp { get; init; } = 2_000;

    /// <summary>Sign-ins that are begun for apps or at identity providers in a burst, per source network: each leaves a row until it ends.</summary>
    public int RequestsPerNetwork { get; init; } = 10_000;

    /// <summary>How many refusals, and begun sign-ins, per minute are forgiven.</summary>
    public int ForgivenPerMinute { get; init; } = 300;

    /// <summary>How long login records are kept.</summary>
    public int HistoryDays { get; init; } = 180;

    /// <summary>How long the audit trail is kept.</summary>
    public int AuditDays { get; init; } = 730;
}
