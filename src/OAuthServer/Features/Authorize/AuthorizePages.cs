using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Authorize;

/// <summary>An answer that the browser posts to the app (OAuth 2.0 Form Post Response Mode, section 2).</summary>
/// <param name="AppName">Whose it is.</param>
/// <param name="Action">The redirect URI.</param>
/// <param name="Members">What is posted.</param>
public sealed record FormPost(string AppName, string Action, IReadOnlyList<(string Name, string Value)> Members);

/// <summary>The two pages of the hub.</summary>
static class AuthorizePages
{
    /// <summary>Says what is wrong. Nothing in it leads to whoever asked.</summary>
    internal static Task ErrorAsync(HttpContext context, OAuthError error)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<AuthorizeTexts>>();
        var kind = error.Error switch
        {
            "invalid_client" => "UnknownApp",
            "invalid_request_uri" => "Over",
            _ => "Wrong",
        };
        return RefusalPage.ShowAsync(
            context, error.Status == 401 ? 400 : error.Status,
            new(texts[kind + "Title"], texts[kind + "Sentence"], texts["WhatToDo", error.Error, error.Description]));
    }

    /// <summary>Too many requests came from there. The app is not told: it would send the browser at once again.</summary>
    internal static Task TooManyAsync(HttpContext context, int retryAfterSeconds)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<AuthorizeTexts>>();
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return RefusalPage.ShowAsync(context, StatusCodes.Status429TooManyRequests, new(texts["TooManyTitle"], texts["TooManySentence"], texts["TooManyWhatToDo"]));
    }

    /// <summary>Posts by a script, and by a button where there are none.</summary>
    internal static Task FormPostAsync(HttpContext context, FormPost form)
    {
        PageHeaders.AllowFormAction(context, new Uri(form.Action));
        var view = new ViewResult
        {
            ViewName = "/Features/Authorize/FormPost.cshtml",
            ViewData = new ViewDataDictionary<FormPost>(new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = form },
        };
        return view.AnswerAsync(context);
    }
}
