using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Soap;

/// <summary>What a session can ask about itself and do to itself (Salesforce contract, section 5.3).</summary>
public sealed class SessionCalls(TokenRevocation revocation, AppDirectory apps, Database database, TimeProvider clock)
{
    /// <summary>As many as the vendor takes at once.</summary>
    const int MostSessions = 200;

    internal async Task<SoapFault?> UserInfoAsync(HttpContext context, SoapApi api, SoapCall call, Me me)
    {
        var person = await Person.FindAsync(database, me.User.Id) ?? throw new InvalidOperationException("A live session without a user.");
        var minutes = (await apps.FindAsync(me.Token.ClientId))?.Settings.AccessTokenMinutes ?? 0;
        var info = new UserInfoResult(person, me.Org.Name, minutes * 60L);
        await SoapAnswer.WriteAsync(context, api, call.Operation, response => response.Add("result", result => info.Write(result, api)));
        return null;
    }

    internal async Task<SoapFault?> ServerTimestampAsync(HttpContext context, SoapApi api, SoapCall call, Me me)
    {
        var now = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await SoapAnswer.WriteAsync(context, api, call.Operation, response => response.Add("result", result => result.Add("timestamp", now)));
        return null;
    }

    internal async Task<SoapFault?> LogoutAsync(HttpContext context, SoapApi api, SoapCall call, Me me)
    {
        await EndAsync(call.SessionId!, me);
        await SoapAnswer.WriteAsync(context, api, call.Operation);
        return null;
    }

    internal async Task<SoapFault?> InvalidateSessionsAsync(HttpContext context, SoapApi api, SoapCall call, Me me)
    {
        var ids = call.All("sessionIds").ToList();
        if (ids.Count is 0 or > MostSessions)
            return new("EXCEEDED_ID_LIMIT", $"Send 1 to {MostSessions} sessionIds.");
        var ended = new List<bool>();
        foreach (var id in ids)
            ended.Add(await EndAsync(id.Trim(), me));
        await SoapAnswer.WriteAsync(context, api, call.Operation, response =>
        {
            foreach (var success in ended)
            {
                response.Add("result", result =>
                {
                    if (!success)
                        result.Add("errors", error => error.Add("message", "There is no such session of this user.").Add("statusCode", "INVALID_CROSS_REFERENCE_KEY"));
                    result.Add("success", success);
                });
            }
        });
        return null;
    }

    /// <summary>Ends a session of the caller's own; what is another's is not there.</summary>
    async Task<bool> EndAsync(string id, Me me) =>
        AccessTokenReader.LooksOpaque(id) && await revocation.FindAsync(id) is RevocableToken.Access { Token: var access } found
        && access.UserId == me.User.Id && await revocation.RevokeAsync(found);
}
