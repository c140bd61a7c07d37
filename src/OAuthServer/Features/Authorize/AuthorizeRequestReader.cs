using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Authorize;

/// <summary>
/// Reads an authorization request: first who asks and where to answer, then, below the line, everything else. It is read again
/// each time the browser comes by, because the app may have been changed meanwhile.
/// </summary>
public sealed class AuthorizeRequestReader(AppDirectory apps, ChangeWatch changes, IdTokenHints hints, TimeProvider clock)
{
    /// <summary>Reads a request that stands in the browser's address or in a posted form.</summary>
    public async Task<AuthorizeReading> ReadAsync(AuthorizationParameters sent) => sent.ClientId is { } clientId && await FindAsync(clientId) is { } app
        ? await ReadAsync(app, sent, null, isPushed: false)
        : new AuthorizeReading.ForThePerson(new("invalid_client", "There is no app of this client_id."));

    /// <summary>Reads a request that is kept.</summary>
    public Task<AuthorizeReading> ReadAsync(StoredRequest stored) => ReadAsync(stored.App, stored.Parameters, stored, stored.IsPushed);

    /// <summary>Reads a request that its app pushes.</summary>
    public Task<AuthorizeReading> ReadPushedAsync(AppEntry app, AuthorizationParameters sent) => ReadAsync(app, sent, null, isPushed: true);

    async Task<AuthorizeReading> ReadAsync(AppEntry app, AuthorizationParameters sent, StoredRequest? stored, bool isPushed)
    {
        if (RedirectUriOf(app, sent) is not { } redirectUri)
            return new AuthorizeReading.ForThePerson(sent.RedirectUri is null ? Missing : Mismatch);

        // The line. Who asks and where to answer is certain from here on: what is wrong below is told to the app.
        var to = new ReturnAddress(app, redirectUri, ModeOf(app, sent), sent["state"]);
        if (RequestChecks.FirstFlaw(new(app, sent, isPushed)) is { } flaw)
            return new AuthorizeReading.ForTheApp(to with { State = Bounded(to.State) }, flaw);
        var hint = sent["id_token_hint"] is { } token ? await hints.ReadAsync(token) : null;
        if (sent["id_token_hint"] is not null && hint is null)
            return new AuthorizeReading.ForTheApp(to, OAuthError.InvalidRequest("id_token_hint is not an ID token of this server."));
        return new AuthorizeReading.Valid(new()
        {
            ReturnTo = to,
            SentRedirectUri = sent.RedirectUri,
            Scopes = RequestedScopes.Of(sent.Scope, app)!,
            Nonce = sent["nonce"],
            CodeChallenge = sent["code_challenge"],
            Prompts = ParameterWords.Prompts(sent, app.Settings.Dialect)!.Value,
            MaxAge = sent.MaxAge is { } seconds ? ParameterWords.Seconds(seconds) : null,
            WantsTwoFactors = StepUp.IsDemanded(sent.AcrValues),
            HintedUserId = hint?.UserId,
            Stored = stored,
            CreatedAt = stored?.CreatedAt ?? clock.GetUtcNow(),
        });
    }

    /// <summary>An app may have been added a moment ago, by another process: look before refusing.</summary>
    async Task<AppEntry?> FindAsync(string clientId)
    {
        if (await apps.FindAsync(clientId) is { } app)
            return app;
        await changes.RefreshAsync();
        return await apps.FindAsync(clientId);
    }

    /// <summary>
    /// The registered one that was sent. None sent: the app's only one (RFC 6749 section 3.1.2.3), unless it speaks OpenID Connect,
    /// which demands the parameter (Core 1.0, section 3.1.2.1).
    /// </summary>
    static string? RedirectUriOf(AppEntry app, AuthorizationParameters sent) =>
        sent.RedirectUri is { } uri ? RedirectUris.IsRegistered(app.Settings, uri) ? uri : null
        : app.Settings.RedirectUris is [var only] && sent.Scope?.Split(' ').Contains("openid", StringComparer.Ordinal) != true ? only
        : null;

    /// <summary>Who asks for a token waits for it in the fragment, and is told there that it gets none (RFC 6749 section 4.2.2.1).</summary>
    static ResponseMode ModeOf(AppEntry app, AuthorizationParameters sent) =>
        sent["response_mode"] is null && app.Settings.Dialect == Dialect.Salesforce && sent["response_type"]?.Contains("token", StringComparison.Ordinal) == true
            ? ResponseMode.Fragment
            : ParameterWords.ResponseMode(sent["response_mode"]) ?? ResponseMode.Query;

    static string? Bounded(string? state) => state?.Length > 4096 ? null : state;

    static OAuthError Mismatch { get; } = OAuthError.InvalidRequest("redirect_uri is missing or is not one that this app has registered.") with
    {
        InSalesforceWords = new("redirect_uri_mismatch", "redirect_uri must match configuration"),
    };

    static OAuthError Missing { get; } = Mismatch with { InSalesforceWords = new("redirect_uri_missing", "redirect_uri is required") };
}
