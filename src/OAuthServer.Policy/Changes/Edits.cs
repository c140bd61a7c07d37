namespace OAuthServer.Policy.Changes;

/// <summary>What each change does to the facts.</summary>
static class Edits
{
    internal static Func<LoginFacts, LoginFacts?> Of(Change change) => change switch
    {
        Change.WaitForLockoutToEnd => CallerEdits.WaitForLockoutToEnd,
        Change.PresentRightPassword => ProofEdits.PresentRightPassword,
        Change.AppendSecurityToken => ProofEdits.AppendSecurityToken,
        Change.PresentPasskey => ProofEdits.PresentPasskey,
        Change.UseSso => ProofEdits.UseSso,
        Change.PresentEmailCode => ProofEdits.PresentEmailCode,
        Change.PresentClientSecret => ProofEdits.PresentClientSecret,
        Change.PresentValidAssertion => ProofEdits.PresentValidAssertion,
        Change.PresentLiveRefreshToken => ProofEdits.PresentLiveRefreshToken,
        Change.ChangePassword => CallerEdits.ChangePassword,
        Change.EnrolSecondFactor => CallerEdits.EnrolSecondFactor,
        Change.AppendTotpCode => ProofEdits.AppendTotpCode,
        Change.PresentSecondFactor => ProofEdits.PresentSecondFactor,
        Change.ComeOnKnownDevice => CallerEdits.ComeOnKnownDevice,
        Change.ComeFromTrustedNetwork => CallerEdits.ComeFromTrustedNetwork,
        Change.ComeFromLoginRange => CallerEdits.ComeFromLoginRange,
        Change.ComeWithinLoginHours => CallerEdits.ComeWithinLoginHours,
        Change.WaitForBrownOutToEnd => CallerEdits.WaitForBrownOutToEnd,
        Change.UnlockUser => AdministratorEdits.UnlockUser,
        Change.ActivateUser => AdministratorEdits.ActivateUser,
        Change.ApproveUserForApp => AdministratorEdits.ApproveUserForApp,
        Change.ChooseRunAsUser => AdministratorEdits.ChooseRunAsUser,
        Change.ActivateApp => AdministratorEdits.ActivateApp,
        Change.AllowFlowForApp => AdministratorEdits.AllowFlowForApp,
        Change.ReopenOldWay => AdministratorEdits.ReopenOldWay,
        Change.EnableApi => AdministratorEdits.EnableApi,
        Change.OpenDoorInProfile => AdministratorEdits.OpenDoorInProfile,
        Change.LiftApiOnly => AdministratorEdits.LiftApiOnly,
        Change.OpenDoorInOrg => AdministratorEdits.OpenDoorInOrg,
        Change.ExtendLoginHours => AdministratorEdits.ExtendLoginHours,
        Change.OpenOrg => AdministratorEdits.OpenOrg,
    };
}
