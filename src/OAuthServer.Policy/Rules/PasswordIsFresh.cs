namespace OAuthServer.Policy.Rules;

/// <summary>
/// A password that opens the door is not expired, and no administrator demands a new one. The permission that a password
/// never expires does not answer an administrator's demand.
/// </summary>
static class PasswordIsFresh
{
    static readonly Verdict ChooseAnother = new Verdict.Needs([ChallengeKind.NewPassword], DenyReason.PasswordExpired);

    internal static Verdict Judge(LoginFacts facts) =>
        facts.Evidence.Has(Proof.Password) && (facts.User.MustChangePassword || IsExpired(facts)) ? ChooseAnother : Verdict.Pass;

    static bool IsExpired(LoginFacts facts) =>
        !facts.Profile.PasswordNeverExpires
        && facts.User.PasswordChangedAt is { } changedAt
        && facts.Profile.Password.IsExpired(changedAt, facts.At);
}
