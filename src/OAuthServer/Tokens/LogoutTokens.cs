using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Tokens;

/// <summary>
/// The mint's logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.4): they tell one app that one session has ended. Signed
/// as the app's ID tokens are, of another type, and good for two minutes: each attempt to deliver one makes a new one.
/// </summary>
public sealed class LogoutTokens(SigningKeyRing keys, PublicUrl publicUrl, TimeProvider clock)
{
    /// <summary>The <c>typ</c> in their headers.</summary>
    public const string Type = "logout+jwt";

    static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    /// <summary>A token for this app.</summary>
    /// <param name="app">Who is told.</param>
    /// <param name="userId">Whose session it was.</param>
    /// <param name="sessionId">The <c>sid</c> of the ID tokens it had.</param>
    public async ValueTask<string> ForAsync(AppEntry app, string userId, string sessionId)
    {
        var now = clock.GetUtcNow();
        var key = (await keys.CurrentAsync()).Current(app.Settings.IdTokenAlgorithm, now);
        return JwtWriter.Write(JwtWriter.HeaderOf(Type, key), key, (app, userId, sessionId, publicUrl, now), static (json, state) =>
        {
            var (app, userId, sessionId, publicUrl, now) = state;
            json.WriteString("iss"u8, publicUrl.Value);
            json.WriteString("aud"u8, app.ClientId);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, (now + Life).ToUnixTimeSeconds());
            json.WriteString("jti"u8, RandomId.New(16));
            json.WriteStartObject("events"u8);
            json.WriteStartObject("http://schemas.openid.net/event/backchannel-logout"u8);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("sub"u8, IdTokens.SubjectOf(app.Settings, app.App.OrgId!, userId, publicUrl));
            json.WriteString("sid"u8, sessionId);
        });
    }
}
