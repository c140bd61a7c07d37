using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>organization.json as it is written.</summary>
sealed record OrganizationFile
{
    public required string Name { get; init; }

    /// <summary>Its name in addresses of this server; none = it has none, and no identity providers.</summary>
    public string? Alias { get; init; }

    /// <summary>Allows secrets that are written in the files or generated: never for real people.</summary>
    public bool Demo { get; init; }

    /// <summary>None = left as it is.</summary>
    public OrgStatus? Status { get; init; }

    public bool PasswordGrantEnabled { get; init; }

    public bool SoapLoginEnabled { get; init; }

    /// <summary>The server's own apps that its users may use, by client identifier.</summary>
    public IReadOnlyList<string> BuiltInApps { get; init; } = [];

    public bool SsoRequiredByDefault { get; init; }

    public bool DisclosesMissingToken { get; init; }

    /// <summary>#rrggbb; null = this server's own.</summary>
    public string? Color { get; init; }

    /// <summary>A PNG file.</summary>
    public string? Logo { get; init; }

    public IReadOnlyList<TrustedNetworkEntry> TrustedNetworks { get; init; } = [];
}

/// <summary>A trusted network as it is written. Several may have one name.</summary>
sealed record TrustedNetworkEntry
{
    public required string Name { get; init; }

    public required string Range { get; init; }
}

/// <summary>What profiles/*.json says besides a <see cref="ProfileSettings"/>.</summary>
sealed record ProfileFile
{
    public required string Name { get; init; }
}

/// <summary>What tests/*.json says besides an <see cref="Login.Examples.ExampleLogin"/>.</summary>
sealed record TestFile
{
    public required string Name { get; init; }
}

/// <summary>users/*.json as it is written.</summary>
sealed record UserFile
{
    public required string Username { get; init; }

    public required string Email { get; init; }

    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Language { get; init; }

    public string? TimeZone { get; init; }

    /// <summary>None = left as it is.</summary>
    public UserStatus? Status { get; init; }

    public bool BreakGlass { get; init; }

    /// <summary>False = stays an administrator's: no apply removes the user when the file is gone.</summary>
    public bool Declared { get; init; } = true;

    /// <summary>Who the user is at the organization's identity providers.</summary>
    public IReadOnlyList<FederatedIdentityEntry> FederatedIdentities { get; init; } = [];

    /// <summary>The first password: a reference; in a demo also the password itself or <c>generate</c>.</summary>
    public string? Password { get; init; }
}

/// <summary>Who a user is at an identity provider, as it is written.</summary>
sealed record FederatedIdentityEntry
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary><c>sub</c>, or the NameID.</summary>
    public required string Subject { get; init; }

    /// <summary>The format of the NameID, as the provider says it; none for OpenID Connect, and for a subject that is an attribute.</summary>
    public string? Format { get; init; }
}

/// <summary>What providers/*.json says besides a <see cref="Federation.ProviderSettings"/>.</summary>
sealed record ProviderFile
{
    /// <summary>In addresses.</summary>
    public required string Name { get; init; }

    /// <summary>None = left as it is.</summary>
    public bool? Active { get; init; }

    /// <summary>A reference, or <c>keep</c>; in a demo also the secret itself.</summary>
    public string? ClientSecret { get; init; }
}

/// <summary>What apps/*.json says besides an <see cref="AppSettings"/>.</summary>
sealed record AppFile
{
    public required string ClientId { get; init; }

    public required string Name { get; init; }

    /// <summary>None = left as it is.</summary>
    public bool? Active { get; init; }

    /// <summary>A username.</summary>
    public string? RunAs { get; init; }

    public IReadOnlyList<AppSecretEntry> Secrets { get; init; } = [];
}

/// <summary>An app's secret as it is written.</summary>
sealed record AppSecretEntry
{
    public required string Name { get; init; }

    /// <summary>A reference, or <c>keep</c>; in a demo also the secret itself or <c>generate</c>.</summary>
    public required string Value { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
