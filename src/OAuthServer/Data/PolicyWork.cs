namespace OAuthServer.Data;

/// <summary>A policy that somebody is thinking about. It decides nothing; it can be tried and replayed.</summary>
public sealed class Draft
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public DraftKind Kind { get; set; }

    /// <summary>The profile it would change; null for the trusted networks.</summary>
    public string? ProfileId { get; set; }

    /// <summary>The version of the profile it was begun from.</summary>
    public int? BasedOn { get; set; }

    /// <summary>A ProfileSettings, or the list of trusted networks, as JSON.</summary>
    public required string Content { get; set; }

    public required string SavedBy { get; set; }

    public DateTimeOffset SavedAt { get; set; }
}

/// <summary>What a draft is of.</summary>
public enum DraftKind
{
    /// <summary>One profile.</summary>
    Profile,

    /// <summary>All trusted networks.</summary>
    Networks,
}

/// <summary>A change that is live on a timer: unless it is confirmed from a sign-in made under it, what was before comes back.</summary>
public sealed class TrialChange
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    /// <summary><c>profile</c>, <c>networks</c> or <c>organization</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>The profile's id; the organization's for everything else.</summary>
    public required string ObjectId { get; set; }

    /// <summary>What comes back, as JSON.</summary>
    public required string Before { get; set; }

    /// <summary>What is live, as JSON.</summary>
    public required string After { get; set; }

    public string? SavedById { get; set; }

    public required string SavedBy { get; set; }

    public DateTimeOffset SavedAt { get; set; }

    public DateTimeOffset RevertsAt { get; set; }

    public DateTimeOffset? ConfirmedAt { get; set; }

    public DateTimeOffset? RevertedAt { get; set; }
}

/// <summary>An example login with the answer it must get, run at every save.</summary>
public sealed class PolicyTest
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    /// <summary>Unique in the organization.</summary>
    public required string Name { get; set; }

    /// <summary>The example as JSON.</summary>
    public required string Content { get; set; }

    /// <summary>Made by <c>apply</c>, so that <c>apply --prune</c> may remove it again.</summary>
    public bool IsDeclared { get; set; }
}
