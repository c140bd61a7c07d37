using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>Names the texts in SignInRefusalTexts.resx.</summary>
public sealed class SignInRefusalTexts;

/// <summary>
/// What a person is told on a page about a refused sign-in (login policy, section 7): the same for every cause until the credentials
/// are proven; then hours, networks and the account's standing by name. The exact reason is behind the reference.
/// </summary>
public static class SignInRefusal
{
    /// <summary>As a page of its own.</summary>
    public static IActionResult Page(HttpContext context, LoginOutcome.Refused refused) =>
        RefusalPage.Result(StatusCodes.Status403Forbidden, Of(context, refused));

    /// <summary>Too many refusals from there: as a page of its own.</summary>
    public static IActionResult TooMany(HttpContext context, int retryAfterSeconds)
    {
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return RefusalPage.Result(StatusCodes.Status429TooManyRequests, Of(context, "TooMany", null));
    }

    /// <summary>The sign-in is over: as a page of its own.</summary>
    public static IActionResult Over(HttpContext context) => RefusalPage.Result(StatusCodes.Status400BadRequest, Of(context, "Over", null));

    /// <summary>The identity provider does not answer: as a page of its own. It is no failure of the person's, and counts as none.</summary>
    public static IActionResult ProviderUnreachable(HttpContext context) => RefusalPage.Result(StatusCodes.Status503ServiceUnavailable, Of(context, "Provider", null));

    /// <summary>
    /// What a provider answered did not lead to a sign-in: as a page of its own. Which check it was that failed is behind the reference; an
    /// outsider learns nothing of it. That the provider itself said no, or fell silent, is no check of ours.
    /// </summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="refused">What the gate said.</param>
    /// <param name="flaw">What was wrong with the answer.</param>
    public static IActionResult AfterProvider(HttpContext context, LoginOutcome.Refused refused, AssertionFlaw flaw) =>
        refused.IsProven || refused.Reason != DenyReason.AssertionRejected
            ? Page(context, refused)
            : RefusalPage.Result(StatusCodes.Status403Forbidden, Of(context, KeyOf(flaw), refused.Reference));

    /// <summary>As a part of a page.</summary>
    public static Refusal Of(HttpContext context, LoginOutcome.Refused refused) =>
        Of(context, refused.IsProven ? KeyOf(refused.Reason) : refused.Reason == DenyReason.AssertionRejected ? "Assertion" : "General", refused.Reference);

    static Refusal Of(HttpContext context, string key, string? reference)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<SignInRefusalTexts>>();
        return new(texts["Title"], texts[key], texts[key + "WhatToDo"] is { ResourceNotFound: false } advice ? advice : texts["WhatToDo"], reference);
    }

    /// <summary>Where none of our checks failed, that much is said.</summary>
    static string KeyOf(AssertionFlaw flaw) => flaw switch
    {
        AssertionFlaw.ProviderUnreachable => "Provider",
        AssertionFlaw.ProviderRefused => "ProviderRefused",
        _ => "Assertion",
    };

    static string KeyOf(DenyReason reason) => reason switch
    {
        DenyReason.OutsideLoginHours => "Hours",
        DenyReason.OutsideLoginRanges => "Network",
        DenyReason.UserInactive or DenyReason.UserFrozen => "User",
        DenyReason.OrgLocked or DenyReason.OrgClosed => "Organization",
        DenyReason.ApiOnlyUser => "ApiOnly",
        DenyReason.ChannelClosedByProfile or DenyReason.ChannelClosedByOrg => "Channel",
        DenyReason.AppInactive or DenyReason.FlowNotEnabled => "App",
        DenyReason.AppNotApprovedForUser => "AppNotApproved",
        DenyReason.SsoRequired => "Sso",
        DenyReason.SsoNotOffered => "SsoOff",
        DenyReason.LockedOut or DenyReason.UnknownUser or DenyReason.NothingPresented or DenyReason.WrongPassword
            or DenyReason.SecurityTokenRetired or DenyReason.SecurityTokenExpired or DenyReason.SecurityTokenSpent or DenyReason.TotpReplayed
            or DenyReason.WrongCode or DenyReason.PasskeyRejected or DenyReason.AssertionRejected or DenyReason.UnknownApp
            or DenyReason.WrongClientSecret or DenyReason.ClientAssertionRejected or DenyReason.RefreshTokenDead or DenyReason.RefreshTokenReused
            or DenyReason.NoRunAsUser or DenyReason.ApiNotEnabled or DenyReason.TotpRequired or DenyReason.SecurityTokenNotAccepted
            or DenyReason.SecurityTokenRequired or DenyReason.SecondFactorRequired or DenyReason.EnrolmentRequired
            or DenyReason.DeviceUnknown or DenyReason.PasswordExpired or DenyReason.OldWayClosed or DenyReason.OldWayBrownedOut => "General",
    };
}
