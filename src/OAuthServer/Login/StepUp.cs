using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>What an app, or a page of the settings, may ask for above the policy: a second factor (RFC 9470, OpenID Connect Core section 3.1.2.1).</summary>
public static class StepUp
{
    /// <summary>The context class that wants two factors, as <see cref="Assurance.Acr"/> says it.</summary>
    public const string TwoFactors = "urn:oauthserver:acr:2";

    const string OneFactor = "urn:oauthserver:acr:1";

    /// <summary>True when, of the classes this server knows, only the one with two factors will do. Unknown ones are no wish.</summary>
    public static bool IsDemanded(string? acrValues) =>
        (acrValues ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries) is var values
        && values.Contains(TwoFactors, StringComparer.Ordinal) && !values.Contains(OneFactor, StringComparer.Ordinal);

    /// <summary>What a person must still show who may come in, for the app that asks; empty when nothing.</summary>
    /// <param name="acrValues">As they were sent; one that takes a single factor too asks for nothing.</param>
    /// <param name="login">What is proven.</param>
    public static IReadOnlyList<ChallengeKind> KindsFor(string? acrValues, LoginOutcome.SignedIn login)
    {
        if (!IsDemanded(acrValues) || login.Assurance.Acr == TwoFactors)
            return [];
        List<ChallengeKind> kinds = [];
        if ((login.User.Enrolled & Proof.Totp) != Proof.None)
            kinds.Add(ChallengeKind.Totp);
        if ((login.User.Enrolled & Proof.Passkey) != Proof.None)
            kinds.Add(ChallengeKind.Passkey);
        if (kinds.Count == 0)
            return [ChallengeKind.EnrolSecondFactor];
        if ((login.User.Enrolled & Proof.Totp) != Proof.None)
            kinds.Add(ChallengeKind.RecoveryCode);
        return kinds;
    }
}
