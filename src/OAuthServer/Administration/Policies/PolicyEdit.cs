using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>One thing of an organization's policy as it should be: a profile, all trusted networks, or the switches.</summary>
public abstract record PolicyEdit
{
    private PolicyEdit() { }

    /// <summary><c>profile</c>, <c>networks</c> or <c>organization</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The profile's id; the organization's for everything else.</summary>
    public abstract string ObjectId { get; }

    /// <summary>What it says, as JSON: the same for the same meaning.</summary>
    public abstract string Content { get; }

    /// <summary>What would be different.</summary>
    public abstract ProposedChange Proposal { get; }

    /// <summary>The same thing as a policy has it; null when it is not there.</summary>
    public abstract PolicyEdit? AsIn(OrgPolicy policy);

    /// <summary>By which a caller says what it has seen.</summary>
    public abstract string VersionIn(OrgPolicy policy);

    /// <summary>It is an administrators' profile, or decides how everybody comes in: such a change is first tried on a timer.</summary>
    public abstract bool IsRisky(OrgPolicy before);

    /// <summary>Writes it into the rows; the caller saves them.</summary>
    /// <param name="db">A context.</param>
    /// <param name="orgId">Whose.</param>
    /// <param name="at">When.</param>
    /// <param name="by">Who, as a version of a profile names it.</param>
    /// <param name="cancellation">The caller has gone.</param>
    public abstract Task WriteAsync(ServerDb db, string orgId, DateTimeOffset at, string by, CancellationToken cancellation);

    /// <summary>One that was kept as text.</summary>
    public static PolicyEdit Read(string kind, string objectId, string content) => kind switch
    {
        "profile" => new OfProfile(objectId, SettingsJson.Read<ProfileSettings>(content)),
        "networks" => new OfNetworks(objectId, SettingsJson.Read<IReadOnlyList<NetworkRange>>(content)),
        "organization" => new OfSwitches(objectId, SettingsJson.Read<OrganizationSwitches>(content)),
        _ => throw new InvalidOperationException("Unknown kind of policy."),
    };

    /// <summary>What differs, one line each, as people read it.</summary>
    public static IReadOnlyList<string> Differences(PolicyEdit before, PolicyEdit after) => (before, after) switch
    {
        (OfNetworks old, OfNetworks now) =>
        [
            .. now.Networks.Except(old.Networks).Select(network => $"+ {network.Name} {network.Range}"),
            .. old.Networks.Except(now.Networks).Select(network => $"- {network.Name} {network.Range}"),
        ],
        _ => [.. JsonDiff.Lines(JsonNode.Parse(before.Content), JsonNode.Parse(after.Content))],
    };

    static string Hash(string content) => ContentVersion.Of(Encoding.UTF8.GetBytes(content));

    /// <summary>A profile's settings.</summary>
    public sealed record OfProfile(string ProfileId, ProfileSettings Settings) : PolicyEdit
    {
        public override string Kind => "profile";

        public override string ObjectId => ProfileId;

        public override string Content => SettingsJson.Write(Settings);

        public override ProposedChange Proposal => ProposedChange.OfProfile(ProfileId, Settings);

        public override PolicyEdit? AsIn(OrgPolicy policy) => policy.Profiles.TryGetValue(ProfileId, out var profile) ? new OfProfile(ProfileId, profile.Settings) : null;

        public override string VersionIn(OrgPolicy policy) => policy.Profiles[ProfileId].Row.Version.ToString(CultureInfo.InvariantCulture);

        public override bool IsRisky(OrgPolicy before) => Settings.Permissions.Administrator || before.Profiles[ProfileId].Settings.Permissions.Administrator;

        public override async Task WriteAsync(ServerDb db, string orgId, DateTimeOffset at, string by, CancellationToken cancellation)
        {
            var profile = await db.Profiles.SingleAsync(p => p.OrgId == orgId && p.Id == ProfileId, cancellation);
            profile.Version++;
            db.Add(new ProfileVersion { ProfileId = ProfileId, Version = profile.Version, SavedAt = at, SavedBy = by, Settings = Content });
        }
    }

    /// <summary>All trusted networks.</summary>
    public sealed record OfNetworks(string OrgId, IReadOnlyList<NetworkRange> Networks) : PolicyEdit
    {
        public override string Kind => "networks";

        public override string ObjectId => OrgId;

        public override string Content => SettingsJson.Write(Networks.OrderBy(n => n.Name, StringComparer.Ordinal).ThenBy(n => n.Range, StringComparer.Ordinal));

        public override ProposedChange Proposal => new() { Networks = Networks };

        public override PolicyEdit AsIn(OrgPolicy policy) => new OfNetworks(OrgId, policy.Networks);

        public override string VersionIn(OrgPolicy policy) => Hash(AsIn(policy).Content);

        public override bool IsRisky(OrgPolicy before) => true;

        public override async Task WriteAsync(ServerDb db, string orgId, DateTimeOffset at, string by, CancellationToken cancellation)
        {
            var rows = await db.TrustedNetworks.Where(n => n.OrgId == orgId).ToListAsync(cancellation);
            var kept = rows.Where(row => Networks.Contains(new(row.Name, row.Range))).ToList();
            db.RemoveRange(rows.Except(kept));
            db.AddRange(Networks.Except(kept.Select(row => new NetworkRange(row.Name, row.Range))).Select(n => new TrustedNetwork { OrgId = orgId, Name = n.Name, Range = n.Range }));
        }
    }

    /// <summary>The organization's switches.</summary>
    public sealed record OfSwitches(string OrgId, OrganizationSwitches Switches) : PolicyEdit
    {
        public override string Kind => "organization";

        public override string ObjectId => OrgId;

        public override string Content => SettingsJson.Write(Switches);

        public override ProposedChange Proposal => new() { Switches = Switches };

        public override PolicyEdit AsIn(OrgPolicy policy) => new OfSwitches(OrgId, policy.Switches);

        public override string VersionIn(OrgPolicy policy) => Hash(AsIn(policy).Content);

        public override bool IsRisky(OrgPolicy before) => true;

        public override async Task WriteAsync(ServerDb db, string orgId, DateTimeOffset at, string by, CancellationToken cancellation) =>
            Switches.SetIn(await db.Organizations.SingleAsync(o => o.Id == orgId, cancellation));
    }
}
