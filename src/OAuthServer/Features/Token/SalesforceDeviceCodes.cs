using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>
/// Where a device of the salesforce dialect asks for its codes: at the token endpoint (contract, section 4.8). The app's name is enough, also
/// of one that has a secret, since its clients send no more: codes are worth nothing to who cannot redeem them, and that takes the secret.
/// </summary>
public sealed class SalesforceDeviceCodes(DeviceStarts starts, PublicUrl publicUrl)
{
    /// <summary>The request asks for codes, and not for a token.</summary>
    public static bool AreAskedFor(RequestForm form) => form["response_type"] == "device_code" && form["grant_type"] is null;

    /// <summary>The app that may ask here; null when it is none of this dialect, or has tried a proof that does not hold.</summary>
    public static AppEntry? AppOf(ClientProof proof) => proof switch
    {
        ClientProof.Proven { App: { Settings.Dialect: Dialect.Salesforce } app } => app,
        ClientProof.Failed { App: { Settings.Dialect: Dialect.Salesforce } app, Presented: Proof.None } => app,
        _ => null,
    };

    /// <summary>Answers with the codes, or says why there are none.</summary>
    public async Task AnswerAsync(HttpContext context, RequestForm form, AppEntry app, RequestContext request)
    {
        var (made, error) = await starts.BeginAsync(app, form["scope"], request);
        await (made is null
            ? OAuthAnswer.ErrorAsync(context, error!, Dialect.Salesforce)
            : SalesforceAnswer.WriteAsync(context, form, "OAuth", (made, publicUrl.At(Routes.Device)), static (json, answer) =>
            {
                var (made, page) = answer;
                json.WriteString("device_code"u8, made.DeviceCode);
                json.WriteString("user_code"u8, UserCodes.Normalize(made.UserCode)); // eight characters, without a dash
                json.WriteString("verification_uri"u8, page);
                json.WriteNumber("interval"u8, (long)made.Interval.TotalSeconds);
            }));
    }
}
