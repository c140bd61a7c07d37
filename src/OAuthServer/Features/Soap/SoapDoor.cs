using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Soap;

/// <summary>
/// The SOAP API's calls around a login, at <c>/services/Soap/u/NN.0</c> and <c>/c/NN.0</c> (Salesforce contract, section 5). Whatever is wrong is
/// a fault that clients can read; there is no data behind it.
/// </summary>
public sealed class SoapDoor(LoginCall login, SoapSessions sessions, SessionCalls session, PasswordCalls passwords)
{
    /// <summary>How a path is answered that names no API: by the one that most clients use.</summary>
    static readonly SoapApi Usual = new('u', ApiVersions.Last);

    public void Map(IEndpointRouteBuilder app) => app.Map(Routes.Soap + "/{**path}", HandleAsync).WithMetadata(new FailureAnswer(FailAsync));

    async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            OAuthAnswer.Begin(context, StatusCodes.Status405MethodNotAllowed, "text/plain;charset=UTF-8");
            context.Response.Headers.Allow = "POST";
            await context.Response.WriteAsync("POST a SOAP 1.1 envelope here.\n", context.RequestAborted);
            return;
        }
        var api = SoapApi.Parse(context.Request.RouteValues["path"] as string);
        var fault = api is null ? SoapFault.UnknownApi : api.Version is null ? SoapFault.UnknownVersion : await CallAsync(context, api);
        if (fault is not null)
            await SoapAnswer.FaultAsync(context, api ?? Usual, fault);
    }

    async Task<SoapFault?> CallAsync(HttpContext context, SoapApi api)
    {
        var (call, fault) = await SoapReader.ReadAsync(context, api);
        if (call is null)
            return fault;
        return call.Operation switch
        {
            "login" => await login.AnswerAsync(context, api, call),
            "getUserInfo" => await WithSessionAsync(session.UserInfoAsync),
            "getServerTimestamp" => await WithSessionAsync(session.ServerTimestampAsync),
            "invalidateSessions" => await WithSessionAsync(session.InvalidateSessionsAsync),
            "resetPassword" => await WithSessionAsync(passwords.ResetAsync),
            "logout" => await WithSessionAsync(session.LogoutAsync, isForExpired: true),
            "setPassword" => await WithSessionAsync(passwords.SetAsync, isForExpired: true),
            "changeOwnPassword" => await WithSessionAsync(passwords.ChangeOwnAsync, isForExpired: true),
            _ => SoapFault.Off("No operation available for request: this server has the calls around a login, and no data."),
        };

        async Task<SoapFault?> WithSessionAsync(Func<HttpContext, SoapApi, SoapCall, Me, Task<SoapFault?>> answer, bool isForExpired = false)
        {
            var (me, refusal) = await sessions.AdmitAsync(context, call, isForExpired);
            return me is null ? refusal : await answer(context, api, call, me);
        }
    }

    /// <summary>A database that is away, a bug: nothing was done, and that is a fault too.</summary>
    static Task FailAsync(HttpContext context, OAuthError error) => SoapAnswer.FaultAsync(
        context, SoapApi.Parse(context.Request.RouteValues["path"] as string) ?? Usual,
        new(error.RetryAfterSeconds > 0 ? "SERVER_UNAVAILABLE" : "UNKNOWN_EXCEPTION", error.Description) { RetryAfterSeconds = error.RetryAfterSeconds });
}
