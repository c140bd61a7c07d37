using Microsoft.AspNetCore.Mvc;
using OAuthServer.Federation;

namespace OAuthServer.Features.Shared;

/// <summary>The doors that each identity provider has of its own: found by the two names in their path.</summary>
public sealed class ProviderDoor(IdentityProviders providers)
{
    /// <summary>What the paths begin with (<see cref="ProviderEntry.Path"/>).</summary>
    public const string Root = Routes.SingleSignOn + "/{alias}/{name}";

    /// <summary>The provider whose door it is; null when there is none, it is switched off, or speaks another protocol.</summary>
    public async Task<ProviderEntry?> FindAsync(HttpContext context, Func<ProviderSettings, bool> speaks) =>
        (await providers.CurrentAsync()).Find((string)context.GetRouteValue("alias")!, (string)context.GetRouteValue("name")!) is { } provider && speaks(provider.Settings)
            ? provider
            : null;

    /// <summary>Answers with what follows at that provider, or that there is none.</summary>
    public async Task AnswerAsync(HttpContext context, Func<ProviderSettings, bool> speaks, Func<HttpContext, ProviderEntry, Task<IActionResult>> door)
    {
        var answer = await FindAsync(context, speaks) is { } provider
            ? await door(context, provider)
            : RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(context));
        await answer.AnswerAsync(context);
    }
}
