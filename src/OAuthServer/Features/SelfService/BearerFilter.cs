using OAuthServer.Features.Shared;

namespace OAuthServer.Features.SelfService;

/// <summary>Lets in whoever holds a live access token with the scope <c>api</c> or <c>full</c>, before anything of the request is read.</summary>
sealed class BearerFilter(BearerDoor door) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (me, refusal) = await door.AdmitAsync(context.HttpContext, "api", "full");
        if (me is null)
            return refusal;
        context.HttpContext.Features.Set(me);
        return await next(context);
    }
}
