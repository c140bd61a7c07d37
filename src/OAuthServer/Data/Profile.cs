namespace OAuthServer.Data;

/// <summary>A bundle of policy assigned to people. What it says lives in its versions; each save is one.</summary>
public sealed class Profile
{
    /// <summary>Fifteen characters, prefix <c>00e</c>.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public required string Name { get; set; }

    /// <summary>The version that applies now.</summary>
    public int Version { get; set; }
}

/// <summary>
/// The last login that a profile decided, of those that the inventory has counted (IntegrationMark): found while they are counted, so that no
/// login pays for an index by profile.
/// </summary>
public sealed class ProfileUse
{
    public required string ProfileId { get; set; }

    /// <summary>The login record. While it is kept, records name the profile; they are forgotten in their order.</summary>
    public long RecordId { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>One saved state of a profile. Never changed: a login record names the version it was decided by.</summary>
public sealed class ProfileVersion
{
    public required string ProfileId { get; set; }

    public int Version { get; set; }

    public DateTimeOffset SavedAt { get; set; }

    /// <summary>Who saved it: a username, or the command that applied a file.</summary>
    public required string SavedBy { get; set; }

    /// <summary>A ProfileSettings (Orgs) as JSON.</summary>
    public required string Settings { get; set; }
}
