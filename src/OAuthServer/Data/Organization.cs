using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>An organization: owns users, profiles, connected apps and trusted networks. An administrator sees only the own one.</summary>
public sealed class Organization
{
    /// <summary>Fifteen characters, prefix <c>00D</c>.</summary>
    public required string Id { get; set; }

    public required string Name { get; set; }

    /// <summary>Lower-case letters, digits and hyphens: the organization's name in addresses of this server, such as its sign-in page; null = it has none.</summary>
    public string? Alias { get; set; }

    public OrgStatus Status { get; set; } = OrgStatus.Open;

    /// <summary>The organization-wide switch of the password grant; off unless asked for (RFC 9700 section 2.4).</summary>
    public bool PasswordGrantEnabled { get; set; }

    /// <summary>The organization-wide switch of SOAP <c>login()</c>.</summary>
    public bool SoapLoginEnabled { get; set; }

    /// <summary>The client identifiers of the server's own apps that its users may use, space separated.</summary>
    public string BuiltInApps { get; set; } = "";

    /// <summary>Profiles that say nothing about SSO require it.</summary>
    public bool SsoRequiredByDefault { get; set; }

    /// <summary>Restores the vendor's habit of telling that only the security token is missing (login policy, section 7).</summary>
    public bool DisclosesMissingToken { get; set; }

    /// <summary>Made for trying out, with generated passwords that were printed: not to be served to a network.</summary>
    public bool IsDemo { get; set; }

    /// <summary>Of buttons and links on its sign-in pages, as <c>#rrggbb</c>; null = this server's own.</summary>
    public string? Color { get; set; }

    /// <summary>A hash of its logo; null when it has none.</summary>
    public string? LogoVersion { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>The picture on an organization's sign-in pages; apart from the organization, which is kept in memory.</summary>
public sealed class OrganizationLogo
{
    public required string OrgId { get; set; }

    public required byte[] Png { get; set; }
}

/// <summary>An organization-wide range that relaxes checks and never forbids.</summary>
public sealed class TrustedNetwork
{
    public long Id { get; set; }

    public required string OrgId { get; set; }

    public required string Name { get; set; }

    /// <summary>One address, <c>start-end</c> or CIDR.</summary>
    public required string Range { get; set; }
}
