using System.Net;
using OAuthServer.Login.Examples;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>What an example login may say.</summary>
static class ExampleRules
{
    static readonly Proof[] Factors = [Proof.Totp, Proof.Passkey];

    internal static void Check(ExampleLogin example, FileReport report)
    {
        if (example.User is null && example.Profile is null && !(example.App is not null && example.Channel == LoginChannel.ClientCredentials))
            report.Add("user", "is missing; name a user, or a profile, or an app that acts as its own user.");
        if (example.From is { } from && !IPAddress.TryParse(from, out _))
            report.Add("from", $"\"{from}\" is not an address; write one such as \"192.0.2.7\".");
        report.NoRepeats("presented", example.Presented);
        foreach (var (index, _) in example.Presented.Index().Where(pair => pair.Item == Proof.None))
            report.Add($"presented[{index}]", "says nothing; remove it.");
        foreach (var (index, factor) in example.Enrolled.Index().Where(pair => !Factors.Contains(pair.Item)))
            report.Add($"enrolled[{index}]", $"{JsonShape.Word(factor)} is nothing that is set up; use totp or passkey.");
        if (example.Rule is { } rule && LoginPolicy.Rules.All(known => known.Name != rule))
            report.Add("rule", $"\"{rule}\" is not a rule; {Spelling.Advice(rule, [.. LoginPolicy.Rules.Select(known => known.Name)])}");
        if (example.Reason is not null && example.Expect != ExpectedDecision.Deny)
            report.Add("reason", "is for a refusal; remove it, or set expect to deny.");
    }
}
