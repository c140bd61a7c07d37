using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Shared;

/// <summary>
/// What follows from a provider's answer, the same for both protocols: a sign-in, a link, or a page that shows an administrator what came
/// back. Which of them it is was settled when the browser was sent.
/// </summary>
public sealed class SsoAnswers(SignIns signIns, BrowserSessions sessions, FederatedAccounts accounts, RememberedProvider remembered)
{
    /// <summary>The way back of an errand that leads to a sign-in.</summary>
    public static string Write(SignInTarget target) => JsonSerializer.Serialize(target);

    /// <summary>Does what the browser was sent for.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="back">The request it answers; null for one that nobody asked for, which can only sign in.</param>
    /// <param name="answer">What the provider said, read and checked.</param>
    public async Task<IActionResult> AnswerAsync(HttpContext context, SsoReturn? back, ProviderAnswer answer) => back?.Errand.Purpose switch
    {
        SsoPurpose.Link => await LinkAsync(context, back.Errand, answer),
        SsoPurpose.Test => await TryAsync(context, back.Errand, answer),
        _ => await SignInAsync(context, TargetOf(back), answer),
    };

    static SignInTarget TargetOf(SsoReturn? back) =>
        back?.Errand is { Purpose: SsoPurpose.SignIn, Target: { } target } ? JsonSerializer.Deserialize<SignInTarget>(target)! : new(null, null);

    async Task<IActionResult> SignInAsync(HttpContext context, SignInTarget target, ProviderAnswer answer)
    {
        var step = await signIns.ProviderAsync(context, target, answer);
        if (step is SignInStep.Done or SignInStep.Asked)
            remembered.Remember(context, answer.Provider);
        return step is SignInStep.Refused { Outcome: var refused } ? SignInRefusal.AfterProvider(context, refused, answer.Flaw) : SignInSteps.Result(context, step);
    }

    /// <summary>Both are fresh: the sign-in here was asked for before the browser left, the one there was demanded anew.</summary>
    async Task<IActionResult> LinkAsync(HttpContext context, SsoErrand errand, ProviderAnswer answer)
    {
        if (await sessions.CurrentAsync(context) is not { } browser || browser.User.Id != errand.UserId)
            return SignInRefusal.Over(context);
        var flaw = answer.Flaw == AssertionFlaw.None ? await accounts.LinkAsync(browser.User.Id, answer, context.RequestAborted) : answer.Flaw;
        return new LocalRedirectResult($"~{Routes.SettingsSingleSignOn}?outcome={(flaw == AssertionFlaw.None ? "linked" : flaw == AssertionFlaw.LinkedElsewhere ? "elsewhere" : "refused")}");
    }

    async Task<IActionResult> TryAsync(HttpContext context, SsoErrand errand, ProviderAnswer answer)
    {
        if (await sessions.CurrentAsync(context) is not { Profile.Administrator: true } browser || browser.User.Id != errand.UserId || browser.User.OrgId != answer.Provider.OrgId)
            return SignInRefusal.Over(context);
        OrganizationLook.Show(context, browser.Org.Org);
        var account = answer.Flaw == AssertionFlaw.None ? await accounts.FindAsync(answer, context.RequestAborted) : null;
        return SsoTrial.Result(new(answer, account));
    }
}
