using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Administration.Replay;

/// <summary>
/// Decides recorded attempts again: the facts of their day under the draft, and, where that gives something else, under the policy of their
/// day. Owns which policy a record is decided by; what comes of it is told apart by <see cref="ReplayDifference"/>.
/// </summary>
sealed class ReplayRules
{
    /// <summary>What an attempt is decided by that names nobody, or whose profile is gone: the same as then.</summary>
    static readonly VersionOfDay Nobodys = new(Strangers.Profile, SsoIsDefault: false);

    readonly Dictionary<(string Profile, int Version), VersionOfDay> versions = [];
    readonly ReplayInput input;
    readonly ProfileFacts? draft;
    readonly NetworkList? networks;

    ReplayRules(ReplayInput input, ProfileFacts? draft) =>
        (this.input, this.draft, networks) = (input, draft, input.Networks is { } list
            ? new([.. list.Select(network => IpRange.TryParse(network.Range, network.Name) ?? throw new Jobs.JobProblemException($"\"{network.Range}\" is not a range of addresses."))])
            : null);

    internal static async Task<ReplayRules> LoadAsync(ServerDb db, string orgId, ReplayInput input, CancellationToken cancellation)
    {
        var org = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == orgId, cancellation);
        var profiles = await db.Profiles.AsNoTracking().Where(p => p.OrgId == orgId).ToDictionaryAsync(p => p.Id, StringComparer.Ordinal, cancellation);
        ProfileFacts? drafted = null;
        if (input.Settings is { } settings)
        {
            if (!profiles.TryGetValue(input.ProfileId!, out var profile))
                throw new Jobs.JobProblemException("The profile has been removed.");
            drafted = FactsMapping.ProfileFacts(org, profile, settings, await db.IdentityProviders.AnyAsync(p => p.OrgId == orgId && p.IsActive, cancellation));
        }
        var rules = new ReplayRules(input, drafted);
        await foreach (var version in db.ProfileVersions.AsNoTracking().Where(v => db.Profiles.Any(p => p.Id == v.ProfileId && p.OrgId == orgId)).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var saved = SettingsJson.Read<ProfileSettings>(version.Settings);
            var profile = profiles[version.ProfileId];
            rules.versions[(version.ProfileId, version.Version)] = new(FactsMapping.ProfileFacts(org, profile, saved) with { Version = version.Version }, saved.Sso is null);
        }
        return rules;
    }

    /// <summary>What the draft would have made of the attempt.</summary>
    internal ReplayVerdict Judge(LoginRecord record)
    {
        var stored = LoginHistory.FactsOf(record);
        var ofDay = VersionOf(record);
        var facts = UnderDraft(record, stored, ofDay);
        var ruling = LoginPolicy.Decide(facts);
        var before = ofDay.Facts;
        if (draft is not null && ReplayDoubts.AboutToken(facts.Evidence, before, facts.Profile) is { } doubt)
            return new(ReplayOutcome.Unknown, doubt, ruling);
        if (ReplayDifference.IsNone(record, ruling) && ruling.Decision is not LoginDecision.Challenge)
            return ReplayVerdict.Unchanged;
        var original = stored.Restore(record, before);
        var then = LoginPolicy.Decide(original);
        if (ReplayDifference.IsNone(record, ruling) && ReplayDifference.AsksTheSame(then, ruling))
            return ReplayVerdict.Unchanged;
        if (!input.IsUnchanged && !ReplayDifference.IsNone(record, then))
            return new(ReplayOutcome.Unknown, "This version of the server decides the attempt otherwise even by the policy of its day, so nothing follows for the draft.", ruling);
        return ReplayDoubts.Of(record, original, facts, ruling) is { } why
            ? new(ReplayOutcome.Unknown, why, ruling)
            : ReplayDifference.Of(record, then, ruling);
    }

    /// <summary>The attempt's facts under the draft.</summary>
    internal LoginFacts UnderDraft(LoginRecord record) => UnderDraft(record, LoginHistory.FactsOf(record), VersionOf(record));

    /// <summary>The attempt's facts as they were.</summary>
    internal LoginFacts OfItsDay(LoginRecord record) => LoginHistory.FactsOf(record).Restore(record, VersionOf(record).Facts);

    LoginFacts UnderDraft(LoginRecord record, StoredFacts stored, VersionOfDay ofDay)
    {
        var isDrafted = draft is not null && record.ProfileId == input.ProfileId;
        var facts = stored.Restore(record, isDrafted ? draft! : ofDay.Facts);
        if (networks is not null)
            facts = facts with { Org = facts.Org with { TrustedNetworks = networks } };
        if (!isDrafted)
            return facts;
        // What the profile leaves to the organization was recorded as it applied; where the version of the day said it itself, today's default is all there is.
        var sso = input.Settings!.Sso is null && ofDay.SsoIsDefault ? stored.Sso : draft!.Sso;
        if (sso != facts.Profile.Sso)
            facts = facts with { Profile = facts.Profile with { Sso = sso } };
        // The gate takes away what the profile of the day does not let count; it was seen all the same.
        var seen = record.Presented & draft!.SecondFactorKinds & Proof.SsoSecondFactor;
        return seen == Proof.None || facts.Evidence.Has(seen) || !facts.Evidence.Has(Proof.SsoAssertion) ? facts
            : facts with { Evidence = facts.Evidence with { Proven = facts.Evidence.Proven | seen } };
    }

    VersionOfDay VersionOf(LoginRecord record) =>
        record is { ProfileId: { } id, ProfileVersion: { } version } && versions.TryGetValue((id, version), out var found) ? found : Nobodys;

    /// <summary>A saved version of a profile, and whether it leaves single sign-on to the organization.</summary>
    sealed record VersionOfDay(ProfileFacts Facts, bool SsoIsDefault);
}
