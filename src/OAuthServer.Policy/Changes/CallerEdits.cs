using System.Net;

namespace OAuthServer.Policy.Changes;

/// <summary>Changes of when, where and with what account the caller comes.</summary>
static class CallerEdits
{
    internal static LoginFacts? WaitForLockoutToEnd(LoginFacts facts) =>
        facts.User.Lockout.IsLocked(facts.Profile.Lockout, facts.At)
        && facts.User.Lockout.LastFailureAt + facts.Profile.Lockout.Period is { } end
            ? facts with { At = end }
            : null;

    internal static LoginFacts? ChangePassword(LoginFacts facts) =>
        facts.User.PasswordChangedAt is null
            ? null
            : facts with { User = facts.User with { PasswordChangedAt = facts.At, MustChangePassword = false } };

    // The app first: it is the one that also serves programs.
    internal static LoginFacts? EnrolSecondFactor(LoginFacts facts)
    {
        var user = facts.User;
        var countsInBrowser = (facts.Profile.SecondFactorKinds & Proof.Totp) != Proof.None;
        var kind = countsInBrowser || facts.Channel.TakesAppendedSecret() ? Proof.Totp : Proof.Passkey;
        return (user.Enrolled & kind) == Proof.None ? facts with { User = user with { Enrolled = user.Enrolled | kind } } : null;
    }

    internal static LoginFacts? ComeOnKnownDevice(LoginFacts facts) =>
        facts.Channel.HasBrowser() && facts.Device is not { IsKnown: true } ? facts with { Device = new DeviceFacts(IsKnown: true) } : null;

    internal static LoginFacts? ComeFromTrustedNetwork(LoginFacts facts) =>
        facts.Org.TrustedNetworks.IsEmpty || facts.TrustedNetwork is not null
            ? null
            : ComeFrom(facts, facts.Org.TrustedNetworks.Ranges[0].FirstAddress);

    internal static LoginFacts? ComeFromLoginRange(LoginFacts facts) =>
        facts.Profile.LoginRanges.IsEmpty || facts.Profile.LoginRanges.Contains(facts.From)
            ? null
            : ComeFrom(facts, facts.Profile.LoginRanges.Ranges[0].FirstAddress);

    internal static LoginFacts? ComeWithinLoginHours(LoginFacts facts) =>
        facts.Profile.Hours.NextOpening(facts.At) is { } opening && opening != facts.At ? facts with { At = opening } : null;

    internal static LoginFacts? WaitForBrownOutToEnd(LoginFacts facts) =>
        facts.OldWay is { Until: { } end } && facts.At < end ? facts with { At = end } : null;

    static LoginFacts ComeFrom(LoginFacts facts, IPAddress address) => facts with { From = address };
}
