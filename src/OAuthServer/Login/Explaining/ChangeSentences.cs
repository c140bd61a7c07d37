using OAuthServer.Policy;
using OAuthServer.Policy.Changes;

namespace OAuthServer.Login.Explaining;

/// <summary>What would have let a login in, as advice.</summary>
static class ChangeSentences
{
    internal static string Of(Change change, LoginFacts facts) => change switch
    {
        Change.WaitForLockoutToEnd => "wait until the lockout has ended",
        Change.PresentRightPassword => facts.Evidence.Flaw == CredentialFlaw.UnknownUser ? "use the name of a user of this organization, and its password" : "present the right password",
        Change.AppendSecurityToken => "append the current security token to the password (reset it to get a new one by e-mail)",
        Change.PresentPasskey => "present a registered passkey",
        Change.UseSso => "sign in at the identity provider",
        Change.PresentEmailCode => "present the code that was sent by e-mail",
        Change.PresentClientSecret => "present a live secret of the app",
        Change.PresentValidAssertion => "present an assertion that verifies",
        Change.PresentLiveRefreshToken => "log in anew to get a live refresh token",
        Change.ChangePassword => "choose a new password",
        Change.EnrolSecondFactor => "enrol a second factor",
        Change.AppendTotpCode => "append a fresh code of the authenticator app to the password",
        Change.PresentSecondFactor => "present an enrolled second factor",
        Change.ComeOnKnownDevice => "use a browser that was made known",
        Change.ComeFromTrustedNetwork => "come from a trusted network (or have an administrator add this address to one)",
        Change.ComeFromLoginRange => "come from one of the profile's login IP ranges",
        Change.ComeWithinLoginHours => "try again within the login hours",
        Change.WaitForBrownOutToEnd => "try again after the announced brown-out",
        Change.UnlockUser => "have an administrator unlock the user",
        Change.ActivateUser => "have an administrator activate the user",
        Change.ApproveUserForApp => facts.Channel.RestsOnAssertion()
            ? "have an administrator approve the user for this app, or the user allow it once at its sign-in page, refresh_token or offline_access included"
            : "have an administrator approve the user for this app",
        Change.ChooseRunAsUser => "have an administrator choose a run-as user for the app",
        Change.ActivateApp => "have an administrator switch the app on",
        Change.AllowFlowForApp => "have an administrator register the app for this flow",
        Change.ReopenOldWay => "have an administrator reopen the integration",
        Change.EnableApi => "have an administrator give the profile the permission API enabled",
        Change.OpenDoorInProfile => "have an administrator open this door in the profile",
        Change.LiftApiOnly => "have an administrator lift API only from the profile",
        Change.OpenDoorInOrg => "have an administrator switch this door on in the organization",
        Change.ExtendLoginHours => "have an administrator extend the login hours",
        Change.OpenOrg => "have the operator open the organization",
    };
}
