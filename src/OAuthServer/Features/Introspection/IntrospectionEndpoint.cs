using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Introspection;

/// <summary>
/// Introspection (RFC 7662). An app sees its own tokens; one that is marked so sees all of its organization. For everything else
/// the answer is <c>active: false</c> and nothing more (section 2.2).
/// </summary>
public sealed class IntrospectionEndpoint(
    ClientAuthenticator clients, AppDirectory apps, AccessTokenReader reader, SalesforceTokens tokens, RefreshTokens refreshTokens, LoginGate gate, RequestOrigins origins,
    Database database, PublicUrl publicUrl, TimeProvider clock)
{
    const string LiveOwnerSql = """
        SELECT u.username, u.org_id FROM users u JOIN organizations o ON o.id = u.org_id WHERE u.id = @p0 AND u.status = 'Active' AND o.status = 'Open'
        """;

    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null)
        {
            await OAuthAnswer.ErrorAsync(context, problem!);
            return;
        }
        if (await CallerAsync(context, form) is not { } app)
            return;
        var dialect = app.Settings.Dialect;
        if (dialect == Dialect.Standard && (form.UsesQuery || form.IsMultipart))
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("Send parameters as application/x-www-form-urlencoded in the body."));
            return;
        }
        if (form["token"] is not { } token)
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("token is required."), dialect);
            return;
        }
        if (await reader.ReadAsync(token) is { } access && MaySee(app, access))
            await WriteAccessAsync(context, access, dialect);
        else if (await refreshTokens.FindAsync(token) is { IsCurrent: true } refresh && refreshTokens.FlawOf(refresh, app) == CredentialFlaw.None
            && await database.ReadAsync(LiveOwnerSql, row => new Owner(row.GetString(0), row.GetString(1)), refresh.UserId) is { } owner)
            await WriteRefreshAsync(context, refresh, app, owner);
        else
            await OAuthAnswer.JsonAsync(context, 200, false, static (json, active) => json.WriteBoolean("active"u8, active));
    }

    /// <summary>The app that asks, by its credentials or (salesforce dialect) by one of its bearer tokens. Null when the answer has been given.</summary>
    async Task<AppEntry?> CallerAsync(HttpContext context, RequestForm form)
    {
        if (BearerCredentials.Parse(context.Request.Headers.Authorization, orOAuth: true).Presented is { } bearer)
        {
            // A public app's token is in too many hands, and those of the apps that the server brings along in those of all organizations.
            if (await tokens.ReadAsync(bearer) is { } own && await apps.FindAsync(own.ClientId) is { Settings.IsPublic: false } caller)
                return caller;
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidClient);
            return null;
        }
        var proof = await clients.AuthenticateAsync(context.Request, form);
        // A public app proves nothing, and introspection is for those who do (RFC 7662 section 2.1). One that is switched off is nobody.
        if (proof is ClientProof.Proven { Proof: not Proof.None, App.App.IsActive: true } proven)
            return proven.App;
        if (proof is not ClientProof.Failed failed)
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidClient);
            return null;
        }
        await AppRefusal.AnswerAsync(gate, context, failed, LoginChannel.ClientCredentials, RequestContext.Of(context, origins, clock));
        return null;
    }

    /// <summary>A token of the app itself, or one of a user of its organization, whose apps may be among those that the server brings along.</summary>
    static bool MaySee(AppEntry app, AccessTokenInfo access) => access.ClientId == app.ClientId || app.Settings.IntrospectsAll && access.OrgId == app.App.OrgId;

    Task WriteAccessAsync(HttpContext context, AccessTokenInfo token, Dialect dialect) =>
        OAuthAnswer.JsonAsync(context, 200, (token, dialect, publicUrl), static (json, state) =>
        {
            var (token, dialect, publicUrl) = state;
            json.WriteBoolean("active"u8, true);
            json.WriteString("username"u8, token.Username);
            if (dialect == Dialect.Salesforce)
            {
                json.WriteString("scope"u8, token.Scope);
                json.WriteString("client_id"u8, token.ClientId);
                json.WriteString("sub"u8, IdentityUrl.Of(publicUrl, token.OrgId, token.UserId));
                json.WriteString("token_type"u8, "access_token"u8);
                json.WriteNumber("iat"u8, token.IssuedAt.ToUnixTimeSeconds());
                json.WriteNumber("nbf"u8, token.IssuedAt.ToUnixTimeSeconds());
                json.WriteNumber("exp"u8, token.ExpiresAt.ToUnixTimeSeconds());
                return;
            }
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("nbf"u8, token.IssuedAt.ToUnixTimeSeconds());
            AccessTokenClaims.Write(json, (token, publicUrl.Value));
        });

    async Task WriteRefreshAsync(HttpContext context, FoundRefreshToken token, AppEntry app, Owner owner) =>
        await OAuthAnswer.JsonAsync(context, 200, (token, app, owner, publicUrl), static (json, state) =>
        {
            var (token, app, owner, publicUrl) = state;
            var isSalesforce = app.Settings.Dialect == Dialect.Salesforce;
            json.WriteBoolean("active"u8, true);
            json.WriteString("scope"u8, token.Scope);
            json.WriteString("client_id"u8, app.ClientId);
            json.WriteString("username"u8, owner.Username);
            json.WriteString("sub"u8, isSalesforce ? IdentityUrl.Of(publicUrl, owner.OrgId, token.UserId) : RecordId.Long(token.UserId));
            json.WriteString("token_type"u8, "refresh_token"u8);
            if (isSalesforce)
            {
                // Made when the one before it was used, and the first with the login.
                var made = (token.PredecessorUsedAt ?? token.AuthenticatedAt).ToUnixTimeSeconds();
                json.WriteNumber("iat"u8, made);
                json.WriteNumber("nbf"u8, made);
            }
            json.WriteNumber("exp"u8, (token.IdleExpiresAt < token.ExpiresAt ? token.IdleExpiresAt : token.ExpiresAt).ToUnixTimeSeconds());
        });

    /// <summary>Whose refresh token it is, as long as the account is in order.</summary>
    sealed record Owner(string Username, string OrgId);
}
