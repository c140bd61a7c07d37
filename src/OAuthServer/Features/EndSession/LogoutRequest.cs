using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.EndSession;

/// <summary>A logout that an app asks for (OpenID Connect RP-Initiated Logout 1.0, section 2), in which everything holds.</summary>
/// <param name="Hint">From an ID token of ours: the app can be believed, and nobody is asked.</param>
/// <param name="RedirectTo">Where the browser goes afterwards, state and all; null = nowhere.</param>
public sealed record LogoutRequest(IdTokenHint? Hint, string? RedirectTo);

/// <summary>Reads it. Nothing leads anywhere but to what the app has registered for just this.</summary>
public sealed class LogoutRequestReader(IdTokenHints hints, AppDirectory apps)
{
    /// <summary>The parameters that are passed on to the page that asks. An ID token is not among them.</summary>
    public static IReadOnlyList<string> PassedOn { get; } = ["client_id", "post_logout_redirect_uri", "state", "ui_locales"];

    /// <param name="sent">The value of a parameter; null when it was not sent or is empty.</param>
    public async Task<(LogoutRequest? Request, OAuthError? Error)> ReadAsync(Func<string, string?> sent)
    {
        IdTokenHint? hint = null;
        if (sent("id_token_hint") is { } token && (hint = await hints.ReadAsync(token)) is null)
            return (null, OAuthError.InvalidRequest("id_token_hint is not an ID token of this server."));
        var clientId = sent("client_id") ?? hint?.ClientId;
        if (hint is not null && clientId != hint.ClientId)
            return (null, OAuthError.InvalidRequest("client_id is not the app that id_token_hint was made for."));
        var app = clientId is null ? null : await apps.FindAsync(clientId);
        if (clientId is not null && app is null)
            return (null, OAuthError.InvalidRequest("There is no app of this client_id."));
        if (sent("post_logout_redirect_uri") is not { } uri)
            return (new(hint, null), null);
        if (app is null)
            return (null, OAuthError.InvalidRequest("post_logout_redirect_uri needs id_token_hint or client_id."));
        if (!app.Settings.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal))
            return (null, OAuthError.InvalidRequest("post_logout_redirect_uri is not one that this app has registered."));
        return (new(hint, sent("state") is { } state ? $"{uri}{(uri.Contains('?', StringComparison.Ordinal) ? '&' : '?')}state={Uri.EscapeDataString(state)}" : uri), null);
    }
}
