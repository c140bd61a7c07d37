using System.Globalization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.SignIns;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>Asks the rules about a login that nobody has made yet; it begins with one that somebody has, where a reference is named.</summary>
public sealed class WhatIfModel(WhatIfOperations rules, SignInOperations signIns) : PageModel
{
    /// <summary>Kinds of proof, as the operation knows them.</summary>
    public static IReadOnlyList<string> Proofs { get; } =
    [
        "password", "securityToken", "totp", "recoveryCode", "emailCode", "passkey", "ssoAssertion", "ssoSecondFactor", "clientSecret", "clientAssertion", "refreshToken",
    ];

    public WhatIf Question { get; private set; } = new(LoginChannel.Browser, Presented: ["password"]);

    public WhatIfAnswer? Answer { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public async Task OnGetAsync(
        string? user, LoginChannel? channel, string? address, string? at, string? app, CredentialFlaw? flaw, bool deviceKnown, string? draft, string? settings, string[] presented, string? reference)
    {
        if (reference is not null && await OfRecordAsync(reference) is { } recorded)
            Question = recorded;
        else if (channel is { } door)
            Question = new(door, Text(user), Text(address), null, Text(app), presented, flaw, deviceKnown, Text(draft), Text(settings));
        else
            return;
        if (Text(at) is { } typed)
        {
            if (!DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                Refusal = new AdminRefusal.Invalid("at", "is no time; write one such as 2026-01-31T18:00:00Z.");
                return;
            }
            Question = Question with { At = time };
        }
        var answer = await rules.AskAsync(SetupDoor.Call(HttpContext, "policies.what-if"), Question);
        (Answer, Refusal) = (answer.Value, answer.Refusal);
    }

    async Task<WhatIf?> OfRecordAsync(string reference)
    {
        var answer = await signIns.ExplainAsync(SetupDoor.Call(HttpContext, "sign-ins.explain"), new(reference));
        if (answer.Refusal is not null || answer.Value is not { SignIn: var line })
            return null;
        return new(line.Channel, line.User, line.Address, null, line.App, [.. line.Presented.Select(proof => Proofs.First(word => string.Equals(word, proof.ToString(), StringComparison.OrdinalIgnoreCase)))]);
    }

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();
}
