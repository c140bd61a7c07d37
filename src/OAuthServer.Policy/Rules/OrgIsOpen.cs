namespace OAuthServer.Policy.Rules;

/// <summary>The organization is neither locked nor closed.</summary>
static class OrgIsOpen
{
    internal static Verdict Judge(LoginFacts facts) => facts.Org.Status switch
    {
        OrgStatus.Open => Verdict.Pass,
        OrgStatus.Locked => Denials.Because(DenyReason.OrgLocked),
        OrgStatus.Closed => Denials.Because(DenyReason.OrgClosed),
    };
}
