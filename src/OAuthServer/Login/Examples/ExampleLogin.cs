using OAuthServer.Policy;

namespace OAuthServer.Login.Examples;

/// <summary>What an example is to get.</summary>
public enum ExpectedDecision
{
    /// <summary>It is let in.</summary>
    Allow,

    /// <summary>It is asked for one thing more.</summary>
    Challenge,

    /// <summary>It is refused.</summary>
    Deny,
}

/// <summary>
/// A login that nobody has made, with the answer it must get: as it is kept in a policy test and written in tests/*.json. It tests the policy
/// and not people: whoever it names is active and not locked out, with a fresh password, and holds what is presented.
/// </summary>
public sealed record ExampleLogin
{
    /// <summary>A username; whose profile counts, unless another is named.</summary>
    public string? User { get; init; }

    /// <summary>A profile's name: somebody who has it.</summary>
    public string? Profile { get; init; }

    public required LoginChannel Channel { get; init; }

    /// <summary>An app's client identifier.</summary>
    public string? App { get; init; }

    /// <summary>The address; none = unknown, which is never trusted.</summary>
    public string? From { get; init; }

    /// <summary>When; none = a Wednesday at 10:00 UTC (2025-01-15).</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Kinds of proof that are presented.</summary>
    public IReadOnlyList<Proof> Presented { get; init; } = [];

    /// <summary>Second factors that the user has set up besides those presented: totp, passkey.</summary>
    public IReadOnlyList<Proof> Enrolled { get; init; } = [];

    /// <summary>What of it does not hold.</summary>
    public CredentialFlaw Flaw { get; init; } = CredentialFlaw.None;

    /// <summary>The browser was made known before.</summary>
    public bool DeviceKnown { get; init; }

    public required ExpectedDecision Expect { get; init; }

    /// <summary>The rule that must decide; none = any.</summary>
    public string? Rule { get; init; }

    /// <summary>Of a refusal: the exact reason; none = any.</summary>
    public DenyReason? Reason { get; init; }
}
