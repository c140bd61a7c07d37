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

    /// <summary>A question in a link, or a recorded sign-in under its own conditions. Whole settings come by the form alone: links stand in histories and logs.</summary>
    public async Task OnGetAsync(
        string? user, LoginChannel? channel, string? address, string? at, string? app, CredentialFlaw? flaw, bool deviceKnown, string? draft, string? client, string[] presented, string? reference)
    {
        if (reference is null)
        {
            await OnPostAsync(user, channel, address, at, app, flaw, deviceKnown, draft, null, client, presented);
        }
        else if (await OfRecordAsync(reference) is { } recorded)
        {
            Question = recorded;
            await AskAsync();
        }
        else
        {
            Refusal = new AdminRefusal.NotFound("sign-in");
        }
    }

    public async Task OnPostAsync(
        string? user, LoginChannel? channel, string? address, string? at, string? app, CredentialFlaw? flaw, bool deviceKnown, string? draft, string? settings, string? client, string[] presented)
    {
        if (channel is not { } door)
            return;
        Question = new(door, Text(user), Text(address), null, Text(app), presented, flaw, deviceKnown, Text(draft), Text(settings), Text(client));
        if (Text(at) is { } typed)
        {
            if (!DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                Refusal = new AdminRefusal.Invalid("at", "is no time; write one such as 2026-01-31T18:00:00Z.");
                return;
            }
            Question = Question with { At = time };
        }
        await AskAsync();
    }

    async Task AskAsync()
    {
        var answer = await rules.AskAsync(SetupDoor.Call(HttpContext, "policies.what-if"), Question);
        (Answer, Refusal) = (answer.Value, answer.Refusal);
    }

    async Task<WhatIf?> OfRecordAsync(string reference)
    {
        var answer = await signIns.ExplainAsync(SetupDoor.Call(HttpContext, "sign-ins.explain"), new(reference));
        if (answer.Refusal is not null || answer.Value is not { SignIn: var line } sight)
            return null;
        return new(
            line.Channel, line.User, line.Address, line.At, line.App, [.. line.Presented.Select(proof => Proofs.First(word => string.Equals(word, proof.ToString(), StringComparison.OrdinalIgnoreCase)))],
            sight.Flaw, sight.DeviceKnown == true, Client: line.Client);
    }

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();
}
