using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Device;

/// <summary>
/// Where a device asks for its codes (RFC 8628 section 3.1). The app proves itself as at the token endpoint, public apps by their name.
/// Nobody is asked for anything yet: who approves, and whether they may, is decided at the page.
/// </summary>
public sealed class DeviceAuthorizationEndpoint(
    ClientAuthenticator clients, LoginGate gate, DeviceStarts starts, RequestOrigins origins, PublicUrl publicUrl, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        var request = RequestContext.Of(context, origins, clock);
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is not { BodyFlaw: null })
        {
            await OAuthAnswer.ErrorAsync(context, problem ?? form!.BodyFlaw!);
            return;
        }
        var proof = await clients.AuthenticateAsync(context.Request, form);
        if (proof is ClientProof.Failed failed)
        {
            await AppRefusal.AnswerAsync(gate, context, failed, LoginChannel.Device, request, Dialect.Standard);
            return;
        }
        await AnswerAsync(context, ((ClientProof.Proven)proof).App, form, request);
    }

    async Task AnswerAsync(HttpContext context, AppEntry app, RequestForm form, RequestContext request)
    {
        var (made, error) = await starts.BeginAsync(app, form["scope"], request);
        if (made is null)
        {
            await OAuthAnswer.ErrorAsync(context, error!);
            return;
        }
        var page = publicUrl.At(Routes.Device);
        await OAuthAnswer.JsonAsync(context, 200, (made, page), static (json, answer) =>
        {
            json.WriteString("device_code"u8, answer.made.DeviceCode);
            json.WriteString("user_code"u8, answer.made.UserCode);
            json.WriteString("verification_uri"u8, answer.page);
            json.WriteString("verification_uri_complete"u8, $"{answer.page}?user_code={answer.made.UserCode}");
            json.WriteNumber("expires_in"u8, (long)answer.made.ExpiresIn.TotalSeconds);
            json.WriteNumber("interval"u8, (long)answer.made.Interval.TotalSeconds);
        });
    }
}
