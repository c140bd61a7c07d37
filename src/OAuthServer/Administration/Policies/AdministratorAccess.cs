using System.Net;
using OAuthServer.Login;
using OAuthServer.Login.Explaining;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Administration.Policies;

/// <summary>An administrator with all that could be presented at a browser.</summary>
/// <param name="Account">The account, as it is or would be.</param>
/// <param name="HasRecoveryCodes">Some are left.</param>
/// <param name="HasIdentity">An identity provider that is switched on vouches for the account.</param>
/// <param name="Trusted">Failed attempts from trusted origins.</param>
/// <param name="Untrusted">Failed attempts from elsewhere.</param>
public sealed record AdministratorHolds(UserAccount Account, bool HasRecoveryCodes, bool HasIdentity, LockoutState Trusted, LockoutState Untrusted);

/// <summary>
/// Whether an administrator could sign in at a browser under a policy, with everything that this administrator holds. Pure: the rules
/// themselves decide. What the sign-in pages let anybody do on the way (enrol a factor, choose a new password) is done.
/// </summary>
public static class AdministratorAccess
{
    const Proof Factors = Proof.Totp | Proof.Passkey;

    /// <summary>Null when there is a way in; else why not, in a sentence.</summary>
    /// <param name="policy">As it would be.</param>
    /// <param name="holds">The administrator.</param>
    /// <param name="from">From where; null = anywhere will do.</param>
    /// <param name="at">When.</param>
    public static string? WhyNot(OrgPolicy policy, AdministratorHolds holds, IPAddress? from, DateTimeOffset at)
    {
        var profile = policy.FactsOf(policy.Profiles[holds.Account.ProfileId]);
        var org = policy.Facts;
        var primaries = Primaries(holds);
        if (primaries.Count == 0)
            return "There is no password, no passkey and no identity at a provider to sign in with.";
        var reasons = new List<string>();
        foreach (var address in from is not null ? [from] : Anywhere(org, profile))
        {
            foreach (var primary in primaries)
            {
                var facts = Facts(org, profile, holds, primary, address, at);
                var (ruling, answered) = Answer(facts);
                if (ruling.Decision is LoginDecision.Allow)
                    return null;
                reasons.Add(RuleSentences.Of(ruling.Trace.First(finding => finding.Rule == ruling.DecidingRule), answered));
            }
        }
        return string.Join(" ", reasons.Distinct(StringComparer.Ordinal));
    }

    static List<Proof> Primaries(AdministratorHolds holds)
    {
        List<Proof> primaries = [];
        if (holds.Account.PasswordHash is not null)
            primaries.Add(Proof.Password);
        if (holds.Account.Enrolled.HasFlag(Proof.Passkey))
            primaries.Add(Proof.Passkey);
        if (holds.HasIdentity)
            primaries.Add(Proof.SsoAssertion);
        return primaries;
    }

    // The mailbox is the user's own, so a mailed code can be had.
    static LoginFacts Facts(OrgFacts org, ProfileFacts profile, AdministratorHolds holds, Proof primary, IPAddress? from, DateTimeOffset at)
    {
        var proven = primary | (holds.Account.Enrolled & Factors) | (holds.HasRecoveryCodes ? Proof.RecoveryCode : Proof.None) | Proof.EmailCode;
        var lockout = LoginFacts.IsTrustedOrigin(org, profile, from) ? holds.Trusted : holds.Untrusted;
        return GatheredFacts.Of(LoginChannel.Browser, at, from, org, profile, holds.Account, lockout, null, isApprovedByUser: false, null, Evidence.Of(proven));
    }

    static (LoginRuling Ruling, LoginFacts Facts) Answer(LoginFacts facts)
    {
        while (true)
        {
            var ruling = LoginPolicy.Decide(facts);
            var asked = ruling.Decision is LoginDecision.Challenge challenge ? challenge.OneOf : [];
            var counts = facts.Profile.SecondFactorKinds & Factors & ~facts.User.Enrolled;
            if (asked.Contains(ChallengeKind.EnrolSecondFactor) && counts != Proof.None)
                facts = facts with { User = facts.User with { Enrolled = facts.User.Enrolled | counts }, Evidence = Evidence.Of(facts.Evidence.Proven | counts) };
            else if (asked.Contains(ChallengeKind.NewPassword) && (facts.User.MustChangePassword || facts.User.PasswordChangedAt != facts.At))
                facts = facts with { User = facts.User with { PasswordChangedAt = facts.At, MustChangePassword = false } };
            else
                return (ruling, facts);
        }
    }

    /// <summary>At the machine itself there is no browser: some place must be left from which one comes in.</summary>
    static List<IPAddress?> Anywhere(OrgFacts org, ProfileFacts profile) =>
        [null, .. org.TrustedNetworks.Ranges.Concat(profile.LoginRanges.Ranges).Select(range => range.FirstAddress)];
}
