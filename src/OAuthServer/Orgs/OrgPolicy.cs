using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Orgs;

/// <summary>A trusted network as people know it.</summary>
/// <param name="Name">Several may have one name.</param>
/// <param name="Range">One address, <c>start-end</c> or CIDR.</param>
public sealed record NetworkRange(string Name, string Range);

/// <summary>The switches of an organization that decide logins, or what is told of them.</summary>
public sealed record OrganizationSwitches(bool PasswordGrantEnabled, bool SoapLoginEnabled, bool SsoRequiredByDefault, bool DisclosesMissingToken)
{
    /// <summary>The apps that the server brings along and the organization's users may use, by client identifier.</summary>
    public IReadOnlyList<string> BuiltInApps { get; init; } = [];

    public static OrganizationSwitches Of(Organization org) => new(org.PasswordGrantEnabled, org.SoapLoginEnabled, org.SsoRequiredByDefault, org.DisclosesMissingToken)
    {
        BuiltInApps = org.BuiltInApps.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    /// <summary>The same switches, the same apps: in whatever order they were written.</summary>
    public bool Equals(OrganizationSwitches? other) => other is not null
        && (PasswordGrantEnabled, SoapLoginEnabled, SsoRequiredByDefault, DisclosesMissingToken)
            == (other.PasswordGrantEnabled, other.SoapLoginEnabled, other.SsoRequiredByDefault, other.DisclosesMissingToken)
        && BuiltInApps.ToHashSet(StringComparer.Ordinal).SetEquals(other.BuiltInApps);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(PasswordGrantEnabled, SoapLoginEnabled, SsoRequiredByDefault, DisclosesMissingToken, BuiltInApps.Count);

    /// <summary>Sets them in its row.</summary>
    public void SetIn(Organization org) => (org.PasswordGrantEnabled, org.SoapLoginEnabled, org.SsoRequiredByDefault, org.DisclosesMissingToken, org.BuiltInApps) =
        (PasswordGrantEnabled, SoapLoginEnabled, SsoRequiredByDefault, DisclosesMissingToken, string.Join(' ', BuiltInApps));
}

/// <summary>A profile in a policy: its row, and what it says.</summary>
public sealed record PolicyProfile(Profile Row, ProfileSettings Settings);

/// <summary>
/// All the policy of one organization as a value: as it is saved, or as somebody proposes it. What it means for a login is said by the one
/// mapping of rows to facts, so that a proposal is judged like what is saved.
/// </summary>
public sealed record OrgPolicy
{
    public required string OrgId { get; init; }

    public required OrgStatus Status { get; init; }

    public required OrganizationSwitches Switches { get; init; }

    /// <summary>In their order.</summary>
    public required IReadOnlyList<NetworkRange> Networks { get; init; }

    /// <summary>By their ids.</summary>
    public required IReadOnlyDictionary<string, PolicyProfile> Profiles { get; init; }

    /// <summary>The organization has an identity provider that is switched on.</summary>
    public bool HasProvider { get; init; }

    /// <summary>The organization as the rules see it.</summary>
    public OrgFacts Facts => FactsMapping.OrgFacts(Row, Networks.Select(network => new TrustedNetwork { OrgId = OrgId, Name = network.Name, Range = network.Range }));

    /// <summary>A profile as the rules see it.</summary>
    public ProfileFacts FactsOf(PolicyProfile profile) => FactsMapping.ProfileFacts(Row, profile.Row, profile.Settings, HasProvider);

    /// <summary>The profile of this name; null when there is none.</summary>
    public PolicyProfile? Named(string name) => Profiles.Values.FirstOrDefault(profile => profile.Row.Name == name);

    /// <summary>The ids of the profiles whose people administer the organization.</summary>
    public IReadOnlyList<string> Administrating => [.. Profiles.Values.Where(profile => profile.Settings.Permissions.Administrator).Select(profile => profile.Row.Id)];

    Organization Row
    {
        get
        {
            var row = new Organization { Id = OrgId, Name = "", Status = Status };
            Switches.SetIn(row);
            return row;
        }
    }

    /// <summary>As it is saved now.</summary>
    public static async Task<OrgPolicy> LoadAsync(ServerDb db, string orgId, CancellationToken cancellation = default)
    {
        var org = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == orgId, cancellation);
        var networks = await db.TrustedNetworks.AsNoTracking().Where(n => n.OrgId == orgId).OrderBy(n => n.Id).Select(n => new NetworkRange(n.Name, n.Range)).ToListAsync(cancellation);
        var profiles = await db.Profiles.AsNoTracking().Where(p => p.OrgId == orgId)
            .Join(db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version }, (p, v) => new { Profile = p, v.Settings }).ToListAsync(cancellation);
        return new()
        {
            OrgId = orgId,
            Status = org.Status,
            Switches = OrganizationSwitches.Of(org),
            Networks = networks,
            Profiles = profiles.ToDictionary(p => p.Profile.Id, p => new PolicyProfile(p.Profile, SettingsJson.Read<ProfileSettings>(p.Settings)), StringComparer.Ordinal),
            HasProvider = await db.IdentityProviders.AnyAsync(p => p.OrgId == orgId && p.IsActive, cancellation),
        };
    }
}
