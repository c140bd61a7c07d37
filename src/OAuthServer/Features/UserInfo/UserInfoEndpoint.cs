using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.UserInfo;

/// <summary>
/// Userinfo (OpenID Connect Core 1.0, section 5.3). The standard dialect wants a bearer header and the scope openid; the
/// salesforce dialect also takes the token as a parameter and answers a bad one with 403 and one bare word.
/// </summary>
public sealed class UserInfoEndpoint(AccessTokenReader reader, AppDirectory apps, Database database, PublicUrl publicUrl)
{
    const string UserSql = "SELECT username, email, first_name, last_name, language, time_zone, updated_at FROM users WHERE id = @p0";

    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "GET, POST");
            return;
        }
        var token = BearerToken.Of(context.Request);
        var isParameter = false;
        if (context.Request.QueryString.HasValue || HttpMethods.IsPost(context.Request.Method)) // a chunked body has no length
        {
            var (form, problem) = await RequestForm.ReadAsync(context);
            if (form is null)
            {
                await OAuthAnswer.ErrorAsync(context, problem!);
                return;
            }
            var parameter = form["oauth_token"] ?? form["access_token"];
            isParameter = parameter is not null;
            if (isParameter && token is not null && token != parameter)
            {
                await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("Send the token once (RFC 6750 section 2)."));
                return;
            }
            token ??= parameter;
        }
        if (token is null)
        {
            await ChallengeAsync(context, 401, null, null); // RFC 6750 section 3.1: no error code where no token was sent
            return;
        }
        var access = await reader.ReadAsync(token);
        var app = (access?.ClientId ?? await reader.FormerClientIdAsync(token)) is { } clientId ? await apps.FindAsync(clientId) : null;
        var isSalesforce = app is null ? AccessTokenReader.LooksOpaque(token) : app.Settings.Dialect == Dialect.Salesforce;
        if (access is null)
            await (isSalesforce ? BareWordAsync(context, "Bad_OAuth_Token") : ChallengeAsync(context, 401, "invalid_token", "The access token is invalid, expired or revoked."));
        else if (isParameter && !isSalesforce)
            await ChallengeAsync(context, 400, "invalid_request", "Send the token in the Authorization header.");
        else if (!isSalesforce && access.Audience != publicUrl.Value)
            await ChallengeAsync(context, 401, "invalid_token", "The access token was made for another resource server."); // RFC 9068 section 4
        else if (!isSalesforce && access.Channel == LoginChannel.ClientCredentials)
            await ChallengeAsync(context, 403, "insufficient_scope", "This token was made for an app, not for a person.");
        else if (!isSalesforce && !access.HasScope("openid"))
            await ChallengeAsync(context, 403, "insufficient_scope", "This token lacks the scope openid.");
        else
            await AnswerAsync(context, access, isSalesforce);
    }

    async Task AnswerAsync(HttpContext context, AccessTokenInfo access, bool isSalesforce)
    {
        var user = await database.ReadAsync(UserSql, Person.Read, access.UserId) ?? throw new InvalidOperationException("A live token without a user.");
        await OAuthAnswer.JsonAsync(context, 200, (access, user, publicUrl), isSalesforce ? WriteSalesforce : WriteStandard);
    }

    static readonly Action<Utf8JsonWriter, (AccessTokenInfo, Person, PublicUrl)> WriteStandard = static (json, state) =>
    {
        var (access, user, _) = state;
        json.WriteString("sub"u8, RecordId.Long(access.UserId));
        if (access.HasScope("profile"))
        {
            json.WriteString("preferred_username"u8, user.Username);
            json.WriteString("name"u8, user.FullName);
            json.WriteString("given_name"u8, user.FirstName);
            json.WriteString("family_name"u8, user.LastName);
            json.WriteString("locale"u8, user.Language.Replace('_', '-'));
            json.WriteString("zoneinfo"u8, user.TimeZone);
            json.WriteNumber("updated_at"u8, user.UpdatedAt.ToUnixTimeSeconds());
        }
        if (access.HasScope("email"))
        {
            json.WriteString("email"u8, user.Email);
            // Nobody has proven this address here yet; a boolean, never a string (OpenID Connect Core 1.0, section 5.1).
            json.WriteBoolean("email_verified"u8, false);
        }
    };

    static readonly Action<Utf8JsonWriter, (AccessTokenInfo, Person, PublicUrl)> WriteSalesforce = static (json, state) =>
    {
        var (access, user, publicUrl) = state;
        json.WriteString("sub"u8, publicUrl.At($"/id/{RecordId.Long(access.OrgId)}/{RecordId.Long(access.UserId)}"));
        json.WriteString("user_id"u8, RecordId.Long(access.UserId));
        json.WriteString("organization_id"u8, RecordId.Long(access.OrgId));
        json.WriteString("preferred_username"u8, user.Username);
        json.WriteString("nickname"u8, user.Username.Split('@')[0]);
        json.WriteString("name"u8, user.FullName);
        json.WriteString("email"u8, user.Email);
        json.WriteBoolean("email_verified"u8, false);
        json.WriteString("given_name"u8, user.FirstName);
        json.WriteString("family_name"u8, user.LastName);
        json.WriteString("zoneinfo"u8, user.TimeZone);
        json.WriteString("profile"u8, publicUrl.At("/" + RecordId.Long(access.UserId)));
        json.WriteStartObject("urls"u8);
        json.WriteEndObject();
        json.WriteBoolean("active"u8, true);
        json.WriteString("user_type"u8, "STANDARD"u8);
        json.WriteString("language"u8, user.Language);
        json.WriteString("locale"u8, user.Language);
        json.WriteString("updated_at"u8, user.UpdatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteBoolean("is_app_installed"u8, true);
    };

    static Task ChallengeAsync(HttpContext context, int status, string? error, string? description)
    {
        OAuthAnswer.Begin(context, status, "application/json;charset=UTF-8");
        context.Response.Headers.WWWAuthenticate = error is null ? "Bearer" : $"Bearer error=\"{error}\", error_description=\"{description}\"";
        return error is null
            ? Task.CompletedTask
            : OAuthAnswer.JsonAsync(context, status, (error, description), static (json, state) =>
            {
                json.WriteString("error"u8, state.error);
                json.WriteString("error_description"u8, state.description);
            });
    }

    static Task BareWordAsync(HttpContext context, string word)
    {
        OAuthAnswer.Begin(context, 403, "text/plain;charset=UTF-8");
        return context.Response.WriteAsync(word);
    }

    sealed record Person(string Username, string Email, string FirstName, string LastName, string Language, string TimeZone, DateTimeOffset UpdatedAt)
    {
        internal string FullName => $"{FirstName} {LastName}".Trim();

        internal static Person Read(SqlRow row) => new(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
            row.GetTime(6));
    }
}
