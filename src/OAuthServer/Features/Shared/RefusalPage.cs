using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace OAuthServer.Features.Shared;

/// <summary>A <see cref="Refusal"/> as a page of its own.</summary>
public static class RefusalPage
{
    const string View = "/Features/Shared/RefusalPage.cshtml";

    /// <summary>The answer of a page: <c>return RefusalPage.Result(404, ...);</c></summary>
    public static IActionResult Result(int status, Refusal refusal) => new ViewResult
    {
        ViewName = View,
        StatusCode = status,
        ViewData = new ViewDataDictionary<Refusal>(new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = refusal },
    };

    /// <summary>The answer of a door that is no page.</summary>
    public static Task ShowAsync(HttpContext context, int status, Refusal refusal)
    {
        PageHeaders.Begin(context);
        PageLanguage.Choose(context);
        return Result(status, refusal).AnswerAsync(context);
    }
}
