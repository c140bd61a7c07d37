using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Core.Infrastructure;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Primitives;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>Marks the rare page that other sites post to by design, such as where an identity provider's answer arrives.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AcceptsCrossSitePostsAttribute : Attribute;

/// <summary>Marks the rare page that reads its form itself, as it arrives, because a large file is in it. It checks the form's token itself, too.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReadsItsFormAttribute : Attribute;

/// <summary>
/// Refuses a form that another site sent (ASVS 5.0 section 3.5.1), before the token in it is looked at and before any page runs: the
/// browser says where a form comes from in <c>Sec-Fetch-Site</c> and <c>Origin</c>. A program says neither, and has no session to abuse.
/// A body that cannot be read is refused here too, before the framework trips over it.
/// </summary>
public sealed class PagePosts(PublicUrl publicUrl) : IAsyncAuthorizationFilter
{
    readonly string origin = new Uri(publicUrl.Value).GetLeftPart(UriPartial.Authority);

    /// <inheritdoc />
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        var readsItself = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ReadsItsFormAttribute>() is not null;
        if (!readsItself && !await IsReadableAsync(request))
        {
            context.Result = RefusalPage.Result(StatusCodes.Status400BadRequest, Refusal.Unreadable(context.HttpContext));
            return;
        }
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsFromHere(request.Headers))
            return;
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<AcceptsCrossSitePostsAttribute>() is null)
            context.Result = RefusalPage.Result(StatusCodes.Status403Forbidden, Refusal.FormFromElsewhere(context.HttpContext));
    }

    /// <summary>The form is read once and kept. An encoding that .NET knows and refuses is not supported; the rest is damage.</summary>
    static async Task<bool> IsReadableAsync(HttpRequest request)
    {
        try
        {
            if (request.HasFormContentType)
                await request.ReadFormAsync(request.HttpContext.RequestAborted);
            return true;
        }
        catch (Exception problem) when (RequestForm.IsUnreadable(problem) || problem is NotSupportedException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>A sandboxed page and a redirect from elsewhere have the origin <c>null</c>: that is another one, too.</summary>
    bool IsFromHere(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Site"] is var site && (StringValues.IsNullOrEmpty(site) || site == "same-origin" || site == "none")
        && headers.Origin is var from && (StringValues.IsNullOrEmpty(from) || string.Equals(from, origin, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Bare answers of the framework become pages: a form whose token failed, a method a page does not have, nothing found.</summary>
public sealed class PageAnswers : IAlwaysRunResultFilter, IPageFilter
{
    /// <inheritdoc />
    public void OnResultExecuting(ResultExecutingContext context)
    {
        if (context.Result is IAntiforgeryValidationFailedResult)
            context.Result = RefusalPage.Result(StatusCodes.Status400BadRequest, Refusal.FormExpired(context.HttpContext));
        else if (context.Result is NotFoundResult)
            context.Result = RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(context.HttpContext));
    }

    /// <inheritdoc />
    public void OnResultExecuted(ResultExecutedContext context)
    {
    }

    /// <inheritdoc />
    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
    }

    /// <summary>Without a handler the framework would show the page to any method.</summary>
    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        var request = context.HttpContext.Request;
        if (context.HandlerMethod is not null || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        context.HttpContext.Response.Headers.Allow = "GET, HEAD";
        context.Result = RefusalPage.Result(StatusCodes.Status405MethodNotAllowed, Refusal.WrongMethod(context.HttpContext));
    }

    /// <inheritdoc />
    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
    }
}
