using System.Net;
using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Login;

/// <summary>
/// The one place where the facts of a login are put together out of what is known of everybody involved: for the gate, and for whoever asks
/// what the gate would say.
/// </summary>
public static class GatheredFacts
{
    /// <param name="channel">The door.</param>
    /// <param name="at">When.</param>
    /// <param name="from">The caller's address; null = unknown.</param>
    /// <param name="org">Null for an attempt that names nobody's organization.</param>
    /// <param name="profile">The user's, or a stranger's.</param>
    /// <param name="user">Null for a name that nobody has.</param>
    /// <param name="lockout">Failed attempts from origins like this one.</param>
    /// <param name="app">The app that asks.</param>
    /// <param name="isApprovedByUser">The user has approved the app before.</param>
    /// <param name="device">The browser's device.</param>
    /// <param name="evidence">What was brought and held.</param>
    public static LoginFacts Of(
        LoginChannel channel, DateTimeOffset at, IPAddress? from, OrgFacts? org, ProfileFacts profile, UserAccount? user, LockoutState lockout, AppEntry? app,
        bool isApprovedByUser, DeviceFacts? device, Evidence evidence) => new(
            channel, at, from, org ?? Strangers.Org, profile, user?.Facts(lockout) ?? Strangers.User,
            app?.FactsFor(org ?? Strangers.Org, user?.Username ?? "", profile.Name, channel, isApprovedByUser), device, Counting(evidence, profile));

    /// <summary>What an identity provider saw counts only where the profile says so.</summary>
    static Evidence Counting(Evidence evidence, ProfileFacts profile) =>
        (profile.SecondFactorKinds & Proof.SsoSecondFactor) == Proof.None ? evidence with { Proven = evidence.Proven & ~Proof.SsoSecondFactor } : evidence;
}
