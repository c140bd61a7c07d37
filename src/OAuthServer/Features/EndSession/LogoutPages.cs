using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.EndSession;

/// <summary>What a person is told about a logout that cannot be trusted.</summary>
static class LogoutPages
{
    internal static Task WrongAsync(HttpContext context, OAuthError error) => RefusalPage.ShowAsync(context, error.Status, Wrong(context, error));

    internal static Refusal Wrong(HttpContext context, OAuthError error)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<EndSessionTexts>>();
        return new(texts["WrongTitle"], texts["WrongSentence"], texts["WrongWhatToDo", error.Description]);
    }
}
