using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>Where a person goes who is asked for something.</summary>
public static class SignInPaths
{
    /// <summary>The page of the first that is offered.</summary>
    public static string Of(IReadOnlyList<ChallengeKind> oneOf) => oneOf.Count == 0 ? Routes.SignIn : Of(oneOf[0]);

    /// <summary>The page that asks for it.</summary>
    public static string Of(ChallengeKind kind) => kind switch
    {
        ChallengeKind.Password => Routes.SignInPassword,
        ChallengeKind.Passkey => Routes.SignInPasskey,
        ChallengeKind.Sso => Routes.SignInProvider,
        ChallengeKind.Totp => Routes.SignInCode,
        ChallengeKind.RecoveryCode => Routes.SignInRecoveryCode,
        ChallengeKind.EmailCode => Routes.SignInMailedCode,
        ChallengeKind.EnrolSecondFactor => Routes.SignInEnrol,
        ChallengeKind.NewPassword => Routes.SignInNewPassword,
    };
}
