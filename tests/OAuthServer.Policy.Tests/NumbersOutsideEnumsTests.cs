using System.Runtime.CompilerServices;
using OAuthServer.Policy.Changes;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Policy.Tests;

/// <summary>A number that is no member is a bug: it throws, and never lets anybody in.</summary>
public class NumbersOutsideEnumsTests
{
    [Fact]
    public void Channel()
    {
        var login = Logins.Program.Through((LoginChannel)99).WithProfile(p => p with { LoginRanges = Logins.Range });
        Throws(() => LoginPolicy.Decide(login));
        Throws(() => login.Channel.PrimaryProofs());
        foreach (var rule in new[] { RuleNames.ChannelIsPermitted, RuleNames.FromPermittedNetwork })
        {
            Throws(() => LoginPolicy.Rules.Single(r => string.Equals(r.Name, rule, StringComparison.Ordinal)).Judge(login));
        }
    }

    [Fact]
    public void Flaw() => Throws(() => LoginPolicy.Decide(Logins.Program.Flawed((CredentialFlaw)99)));

    [Fact]
    public void Statuses()
    {
        Throws(() => LoginPolicy.Decide(Logins.Program.WithUser(u => u with { Status = (UserStatus)99 })));
        Throws(() => LoginPolicy.Decide(Logins.Program.WithOrg(o => o with { Status = (OrgStatus)99 })));
    }

    [Fact]
    public void Settings()
    {
        Throws(() => LoginPolicy.Decide(Logins.Person.Proving(Proof.None).WithProfile(p => p with { Sso = (SsoMode)99 })));
        Throws(() => LoginPolicy.Decide(Logins.Program.WithProfile(p => p with { ApiSecondFactor = (ApiSecondFactor)99 })));
        Throws(() => LoginPolicy.Decide(Logins.Person.WithProfile(p => p with { BrowserSecondFactor = (BrowserSecondFactor)99 })));
        Throws(() => LoginPolicy.Decide(Logins.On(LoginChannel.Device)
            .WithProfile(p => p with { LoginRanges = Logins.Range })
            .WithApp(a => a with { IpRelaxation = (IpRelaxation)99 })));
    }

    [Fact]
    public void Complexity() => Throws(() =>
        (PasswordPolicy.Default with { Complexity = (PasswordComplexity)99 })
            .Judge("password1", "ada@example.com", isKnownBreached: false));

    [Fact]
    public void ChangeOfALogin() => Throws(() => ((Change)99).Apply(Logins.Program));

    static void Throws(Func<object?> bug) => Assert.Throws<SwitchExpressionException>(bug);
}
