using Microsoft.Extensions.Localization;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// What a person is told when a page cannot do what was asked. Shown alone by <see cref="RefusalPage"/>, or within a page by
/// <c>&lt;partial name="Refusal" model="..." /&gt;</c>.
/// </summary>
/// <param name="Title">What happened, in a few words.</param>
/// <param name="Sentence">What happened, in a sentence.</param>
/// <param name="WhatToDo">What the person can do next.</param>
/// <param name="Reference">What an administrator finds the case by; null when there is nothing to find.</param>
public sealed record Refusal(string Title, string Sentence, string WhatToDo, string? Reference = null)
{
    /// <summary>Nothing is at this address.</summary>
    public static Refusal NotFound(HttpContext context) => Of(context, "NotFound");

    /// <summary>A page has no use for this method.</summary>
    public static Refusal WrongMethod(HttpContext context) => Of(context, "WrongMethod");

    /// <summary>A form without its token: open too long, or cookies are off.</summary>
    public static Refusal FormExpired(HttpContext context) => Of(context, "FormExpired");

    /// <summary>A form that another site sent.</summary>
    public static Refusal FormFromElsewhere(HttpContext context) =>
        Of(context, "FormFromElsewhere", null, context.RequestServices.GetRequiredService<PublicUrl>().Value);

    /// <summary>The request could not be read.</summary>
    public static Refusal Unreadable(HttpContext context) => Of(context, "Unreadable");

    /// <summary>The database or a queue cannot serve now.</summary>
    public static Refusal Busy(HttpContext context) => Of(context, "Busy");

    /// <summary>A bug, with the incident number that is in the log.</summary>
    public static Refusal Mistake(HttpContext context, string incident) => Of(context, "Mistake", incident);

    static Refusal Of(HttpContext context, string key, string? reference = null, params object[] values)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<SharedTexts>>();
        return new(texts[key + "Title"], texts[key + "Sentence"], texts[key + "WhatToDo", values], reference);
    }
}
