using System.Text.Json;
using OAuthServer.Data;

namespace OAuthServer.Federation;

/// <summary>What a provider says of a person, in the words of neither protocol.</summary>
/// <param name="Values">Claims or attributes, each with its values as text.</param>
/// <param name="EmailIsVerified">The provider says so in so many words: the JSON value <c>true</c>, or the attribute <c>email_verified</c> that is <c>true</c>.</param>
public sealed record ProviderClaims(IReadOnlyDictionary<string, IReadOnlyList<string>> Values, bool EmailIsVerified)
{
    public static ProviderClaims None { get; } = new(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), EmailIsVerified: false);

    /// <summary>The first value of the first of these claims that has one.</summary>
    public string? First(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (Values.TryGetValue(name, out var values) && values.FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) is { } found)
                return found.Trim();
        }
        return null;
    }

    /// <summary>True when the claim has this value among its own.</summary>
    public bool Has(ClaimValue wanted) => Values.TryGetValue(wanted.Claim, out var values) && values.Contains(wanted.Value, StringComparer.Ordinal);
}

/// <summary>A session at a provider, by which one side ends the other's.</summary>
/// <param name="ProviderId">Which provider.</param>
/// <param name="Subject">Who it is there.</param>
/// <param name="SessionId"><c>sid</c> or SessionIndex; null where the provider names none.</param>
/// <param name="Hint">What the provider wants to see when it is asked to sign out: the ID token, or the NameID element. A secret.</param>
/// <param name="EndsAt">The provider's own end; null = it sets none.</param>
public sealed record ProviderSession(string ProviderId, string Subject, string? SessionId, string? Hint, DateTimeOffset? EndsAt)
{
    const string Purpose = "provider-session";

    /// <summary>As it is kept between the steps of a sign-in.</summary>
    public byte[] Seal(MasterKey key) => key.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>What <see cref="Seal"/> made.</summary>
    public static ProviderSession? Open(MasterKey key, byte[]? sealedSession) =>
        sealedSession is null ? null : JsonSerializer.Deserialize<ProviderSession>(key.Unprotect(Purpose, sealedSession));

    /// <summary>Without the hint, which must not reach a log.</summary>
    public override string ToString() => nameof(ProviderSession);
}

/// <summary>What came back from a provider, read and checked: the same shape for both protocols. It has signed nobody in.</summary>
public sealed record ProviderAnswer
{
    public required ProviderEntry Provider { get; init; }

    /// <summary>The first check that did not hold; <see cref="AssertionFlaw.None"/> when all did.</summary>
    public required AssertionFlaw Flaw { get; init; }

    /// <summary>All checks, in the order they were made.</summary>
    public IReadOnlyList<AssertionCheck> Checks { get; init; } = [];

    /// <summary><c>sub</c> or NameID; empty where it does not hold.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The format of a NameID; empty for OpenID Connect.</summary>
    public string Format { get; init; } = "";

    public ProviderClaims Claims { get; init; } = ProviderClaims.None;

    /// <summary>The provider saw a second factor of a kind that counts here.</summary>
    public bool HasSecondFactor { get; init; }

    /// <summary>When the person signed in there.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    public ProviderSession? Session { get; init; }

    /// <summary>What is used up by it, for one use on all nodes and over restarts; null where the request that it answers was one.</summary>
    public OnceOnly? Once { get; init; }

    /// <summary>The assertion or the ID token's claims, decoded, for an administrator who tries the provider; null when nothing could be read.</summary>
    public string? Decoded { get; init; }

    /// <summary>An answer that does not hold.</summary>
    public static ProviderAnswer Refused(ProviderEntry provider, AssertionFlaw flaw, string? seen = null) =>
        new() { Provider = provider, Flaw = flaw, Checks = [new(flaw, Holds: false, seen)] };
}

/// <summary>Something that counts once.</summary>
/// <param name="Id">Its name, unique together with who issued it.</param>
/// <param name="Until">From when on it would be refused anyway.</param>
public sealed record OnceOnly(string Id, DateTimeOffset Until);
