using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace OAuthServer.Features.Shared;

/// <summary>What a page would answer, from a door that is no page.</summary>
static class ActionAnswers
{
    internal static Task AnswerAsync(this IActionResult answer, HttpContext context) =>
        answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));
}
