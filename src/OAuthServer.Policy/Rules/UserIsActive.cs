namespace OAuthServer.Policy.Rules;

/// <summary>The account is in use: neither left nor suspended.</summary>
static class UserIsActive
{
    internal static Verdict Judge(LoginFacts facts) => facts.User.Status switch
    {
        UserStatus.Active => Verdict.Pass,
        UserStatus.Inactive => Denials.Because(DenyReason.UserInactive),
        UserStatus.Frozen => Denials.Because(DenyReason.UserFrozen),
    };
}
