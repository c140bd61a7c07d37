namespace OAuthServer.Data;

/// <summary>
/// One way in that a program or person uses: a user, an app, a network and a client, found in the login records. The counts are a summary
/// of the records, brought up to date from them; the rest is what administrators decided.
/// </summary>
public sealed class Integration
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public required string UserId { get; set; }

    /// <summary>The client identifier; empty where there was no app.</summary>
    public required string ClientId { get; set; }

    /// <summary>The trusted network's name, else the address's /24 or /64; empty when unknown.</summary>
    public required string Network { get; set; }

    /// <summary>The client program as it calls itself, without its version; empty when it does not.</summary>
    public required string Client { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>Logins that were allowed.</summary>
    public long Logins { get; set; }

    /// <summary>Logins that were not.</summary>
    public long Refusals { get; set; }

    /// <summary>What it presents, how often, its rhythm, its last addresses and references: a summary of the records, as JSON.</summary>
    public required string Summary { get; set; }

    /// <summary>Allowed logins by password, with or without token or code, last seen.</summary>
    public DateTimeOffset? PasswordLastSeenAt { get; set; }

    /// <summary>The person who answers for it.</summary>
    public string? OwnerId { get; set; }

    public IntegrationStage Stage { get; set; }

    /// <summary>No brown-out may hit it.</summary>
    public bool IsProtected { get; set; }

    /// <summary>Where it is to go, the app made for it, how many runs prove it, who planned it when: as JSON; null while nothing is planned.</summary>
    public string? Plan { get; set; }

    /// <summary>The app made for it.</summary>
    public string? NewClientId { get; set; }

    public DateTimeOffset? StageChangedAt { get; set; }

    /// <summary>How urgent it is, 0 to 100, as it was last worked out (IntegrationScoring): what lists are ordered by. 0 where no password was ever used.</summary>
    public int Score { get; set; }

    /// <summary>The day on which that was, in days since 1970, UTC; 0 = it is to be worked out again.</summary>
    public int ScoredOn { get; set; }
}

/// <summary>How far an integration has come.</summary>
public enum IntegrationStage
{
    /// <summary>Found, nothing decided.</summary>
    Found,

    /// <summary>The new way is decided and made.</summary>
    Planned,

    /// <summary>The new way has worked at least once; the old one still does.</summary>
    Parallel,

    /// <summary>The new way has worked often enough and the old one has fallen silent: safe to close.</summary>
    Proven,

    /// <summary>The old way is refused.</summary>
    Closed,

    /// <summary>Nothing to do: it uses no password.</summary>
    Modern,
}

/// <summary>How often an integration logged in on one day, by the way it did.</summary>
public sealed class IntegrationDay
{
    public required string IntegrationId { get; set; }

    /// <summary>Days since 1970, UTC.</summary>
    public int Day { get; set; }

    /// <summary>What it presented, and how that ended: a word of IntegrationWays.</summary>
    public required string Way { get; set; }

    public int Count { get; set; }
}

/// <summary>Up to which record the integrations have been counted. One row.</summary>
public sealed class IntegrationMark
{
    public int Id { get; set; }

    public long LastRecordId { get; set; }
}

/// <summary>How many integrations stood where at the end of a day: the burn-down.</summary>
public sealed class IntegrationCount
{
    public required string OrgId { get; set; }

    /// <summary>Days since 1970, UTC.</summary>
    public int Day { get; set; }

    public IntegrationStage Stage { get; set; }

    public int Count { get; set; }
}

/// <summary>An announced window in which logins by password are refused, so that forgotten jobs are found before the last day.</summary>
public sealed class BrownOut
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public DateTimeOffset StartsAt { get; set; }

    public DateTimeOffset EndsAt { get; set; }

    /// <summary>Which integrations, as JSON; all that use a password when it says nothing.</summary>
    public required string Selection { get; set; }

    public required string AnnouncedBy { get; set; }

    public DateTimeOffset AnnouncedAt { get; set; }

    /// <summary>When it ended before its time.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    /// <summary>Why, such as the protected integration that was hit.</summary>
    public string? StopReason { get; set; }
}
