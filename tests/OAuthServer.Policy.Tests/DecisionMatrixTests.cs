using System.Net;
using System.Text;

namespace OAuthServer.Policy.Tests;

/// <summary>
/// Every channel, with typical profiles, origins and proofs, as one text that is reviewed as a diff: a rule that changes shows
/// here whom it touches.
/// </summary>
public class DecisionMatrixTests
{
    static readonly (string Name, Func<LoginFacts, LoginFacts> Apply)[] Profiles =
    [
        ("Standard", login => login),
        ("Login ranges", login => login.WithProfile(p => p with { LoginRanges = Logins.Range })),
        ("TOTP for API", login => login.WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp })),
        ("Token or TOTP for API", login => login.WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Either })),
        ("No token", login => login.WithProfile(p => p with { SecurityTokenOffTrustedNetworks = false })),
        ("TOTP enrolled", login => login.WithUser(u => u with { Enrolled = Proof.Totp })),
        ("Second factor always", login => login.WithProfile(p => p with { BrowserSecondFactor = BrowserSecondFactor.Always })),
        ("SSO offered", login => login.WithProfile(p => p with { Sso = SsoMode.Offered })),
        ("SSO required", login => login.WithProfile(p => p with { Sso = SsoMode.Required })),
        ("SSO required, break-glass", login => login
            .WithProfile(p => p with { Sso = SsoMode.Required })
            .WithUser(u => u with { IsBreakGlass = true })),
        ("API only", login => login.WithProfile(p => p with { ApiOnly = true })),
        ("Old way closed", login => login with { OldWay = Logins.Closed }),
        ("Brown-out", login => login with { OldWay = Logins.BrownedOut }),
        ("Password expired", login => login.WithUser(u => u with { PasswordChangedAt = Logins.Noon.AddDays(-90) })),
    ];

    static readonly (string Name, IPAddress Address)[] Origins =
        [("outside", Logins.Outside), ("trusted", Logins.InOffice), ("login range", Logins.InRange)];

    [Fact]
    public void Decision_matrix_is_as_reviewed() => Snapshot.MustEqual("DecisionMatrix.txt", Matrix());

    static string Matrix()
    {
        var text = new StringBuilder();
        foreach (var channel in Enum.GetValues<LoginChannel>())
        {
            foreach (var (profile, apply) in Profiles)
            {
                text.Append(Line($"{channel} / {profile}", [.. Origins.Select(origin => origin.Name)]));
                foreach (var evidence in PresentedOn(channel))
                {
                    // A browser nobody has seen, so that every need shows; who proves a second factor has enrolled it.
                    var login = apply(Logins.On(channel) with { Evidence = evidence, Device = null })
                        .WithUser(u => u with { Enrolled = u.Enrolled | (evidence.Proven & (Proof.Totp | Proof.Passkey)) });
                    text.Append(Line(
                        $"  {NameOf(evidence)}",
                        [.. Origins.Select(origin => Answer(LoginPolicy.Decide(login.ComingFrom(origin.Address))))]));
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }

    static Evidence[] PresentedOn(LoginChannel channel)
    {
        Proof[] proven = channel.HasBrowser()
            ? [Proof.None, Proof.Password, Proof.Password | Proof.EmailCode, Proof.Password | Proof.Totp, Proof.Passkey, Proof.SsoAssertion]
            : channel.TakesAppendedSecret()
            ? [Proof.None, Proof.Password, Proof.Password | Proof.SecurityToken, Proof.Password | Proof.Totp]
            : [Proof.None, Logins.On(channel).Evidence.Proven];
        Evidence[] wrong = channel.IsGuessable() ? [new(Proof.Password, Proof.None, CredentialFlaw.WrongPassword)] : [];
        return [.. proven.Select(Evidence.Of), .. wrong];
    }

    static string NameOf(Evidence evidence) => evidence.Flaw == CredentialFlaw.None ? $"{evidence.Proven}" : $"{evidence.Flaw}";

    static string Answer(LoginRuling ruling) => ruling.Decision switch
    {
        LoginDecision.Allow { Assurance: var assurance } =>
            $"allow {assurance.Acr[^1]}{(assurance.TrustedNetwork is { } network ? $" spared by {network}" : "")}",
        LoginDecision.Deny { Reason: var reason } => $"deny {reason}",
        LoginDecision.Challenge { OneOf: var oneOf } => $"ask {string.Join('|', oneOf)}",
        _ => throw new InvalidOperationException("The decision is none of the three."),
    };

    static string Line(string head, string[] cells) =>
        $"{head,-48}{string.Concat(cells.Select(cell => $"{cell,-32}"))}".TrimEnd() + "\n";
}
