using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Soap;

/// <summary>Who calls: the session id is a live opaque token, made by <c>login()</c> or by OAuth (Salesforce contract, section 5.3).</summary>
public sealed class SoapSessions(SalesforceTokens tokens, BearerDoor door)
{
    /// <summary>The caller, or why there is none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="call">What was sent.</param>
    /// <param name="isForExpired">A session of an expired password will do.</param>
    internal async Task<(Me? Me, SoapFault? Fault)> AdmitAsync(HttpContext context, SoapCall call, bool isForExpired)
    {
        // Only opaque ones: the form of the others is refused by clients, and never comes from them.
        if (call.SessionId is not { } id || !AccessTokenReader.LooksOpaque(id) || await tokens.ReadSessionAsync(id) is not { } access)
            return (null, SoapFault.NoSession);
        if (access.HasScope(BuiltInApps.ChangePasswordScope))
        {
            if (!isForExpired)
                return (null, SoapFault.ExpiredPassword);
        }
        else if (!SalesforceTokens.IsForApi(access) && !access.HasScope("web"))
        {
            return (null, SoapFault.NotForApi);
        }
        return await door.FindAsync(access, context) is not { } me ? (null, SoapFault.NoSession)
            : me.Profile.ApiEnabled ? (me, null)
            : (null, SoapFault.NoApi);
    }
}
