using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>A change that is not saved yet, so that it can be asked who would still come in.</summary>
public sealed record ProposedChange
{
    /// <summary>What profiles would say, by their ids.</summary>
    public IReadOnlyDictionary<string, ProfileSettings> Profiles { get; init; } = new Dictionary<string, ProfileSettings>(StringComparer.Ordinal);

    /// <summary>All trusted networks as they would be; null = as they are.</summary>
    public IReadOnlyList<NetworkRange>? Networks { get; init; }

    /// <summary>The organization's switches as they would be; null = as they are.</summary>
    public OrganizationSwitches? Switches { get; init; }

    /// <summary>The people who would change.</summary>
    public IReadOnlySet<string> UserIds { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What each of them would be; null = gone.</summary>
    public Func<UserAccount, UserAccount?> User { get; init; } = account => account;

    /// <summary>These people would have no recovery codes any more.</summary>
    public bool LosesCodes { get; init; }

    /// <summary>Identity providers that would vouch for nobody any more.</summary>
    public IReadOnlySet<string> ProvidersGone { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>A profile would say this.</summary>
    public static ProposedChange OfProfile(string profileId, ProfileSettings settings) =>
        new() { Profiles = new Dictionary<string, ProfileSettings>(StringComparer.Ordinal) { [profileId] = settings } };

    /// <summary>
    /// A person would be another: <c>ProposedChange.OfUser(id, account => account with { Status = UserStatus.Frozen })</c>. Also the profile
    /// (<c>ProfileId</c>), the break-glass mark, the password (<c>PasswordHash = null</c>) and factors (<c>Enrolled</c>) can be changed; null = gone.
    /// </summary>
    public static ProposedChange OfUser(string userId, Func<UserAccount, UserAccount?> change) => OfUsers([userId], change);

    /// <summary>People would be others.</summary>
    public static ProposedChange OfUsers(IEnumerable<string> userIds, Func<UserAccount, UserAccount?> change) =>
        new() { UserIds = userIds.ToHashSet(StringComparer.Ordinal), User = change };

    /// <summary>The policy as it would be.</summary>
    public OrgPolicy ApplyTo(OrgPolicy policy) => policy with
    {
        Networks = Networks ?? policy.Networks,
        Switches = Switches ?? policy.Switches,
        Profiles = policy.Profiles.Values.Select(profile => Profiles.TryGetValue(profile.Row.Id, out var settings) ? profile with { Settings = settings } : profile)
            .ToDictionary(profile => profile.Row.Id, StringComparer.Ordinal),
    };
}
