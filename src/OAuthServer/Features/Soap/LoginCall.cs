using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Soap;

/// <summary>
/// SOAP <c>login()</c>: the password, with what is appended to it, through the gate, and a session for it (Salesforce contract, section 5.1). A
/// session is an access token of the server's own app for SOAP, so that it is listed, ended and refused as any other.
/// </summary>
public sealed class LoginCall(
    LoginGate gate, TokenIssuer mint, AppDirectory apps, OrgDirectory orgs, Database database, RequestOrigins origins, PublicUrl publicUrl, TimeProvider clock)
{
    const string SessionScopes = "api web id";

    internal async Task<SoapFault?> AnswerAsync(HttpContext context, SoapApi api, SoapCall call)
    {
        if (api.Version > SoapApi.LastWithLogin)
            return SoapFault.LoginGone;
        if (call["username"] is not { } username)
            return SoapFault.Missing("username");
        if (call["password"] is not { } password)
            return SoapFault.Missing("password");
        try
        {
            var outcome = await gate.JudgeAsync(
                new LoginAttempt
                {
                    Channel = LoginChannel.SoapLogin,
                    Request = RequestOf(context, api, call),
                    Subject = new LoginSubject.Named(username),
                    Credentials = new LoginCredentials.Appended(password),
                    // What is no organization's id is nobody's.
                    OrgId = call.OrganizationId is { } org ? RecordId.TryShort(org) ?? "" : null,
                },
                context.RequestAborted);
            return await AnswerAsync(context, api, outcome);
        }
        catch (HashingBusyException)
        {
            return SoapFault.Busy;
        }
    }

    RequestContext RequestOf(HttpContext context, SoapApi api, SoapCall call)
    {
        var request = RequestContext.Of(context, origins, clock);
        return request with
        {
            ClientVersion = request.ClientVersion ?? RequestContext.Bounded(call.Client),
            Wire = request.Wire with { ApiType = api.Name, ApiVersion = api.VersionText },
        };
    }

    async Task<SoapFault?> AnswerAsync(HttpContext context, SoapApi api, LoginOutcome outcome)
    {
        var rows = (await orgs.CurrentAsync()).Rows;
        var app = await apps.FindAsync(BuiltInApps.SoapSession) ?? throw new InvalidOperationException("The app of SOAP sessions is missing.");
        GrantedAccess? access = outcome switch
        {
            LoginOutcome.SignedIn login => AccessOf(app, login.User, login.Profile, login.Assurance, login.At, SessionScopes),
            // Nothing but a new password is missing, and calls can set one.
            LoginOutcome.Challenged { User: { } user, OneOf: [ChallengeKind.NewPassword] } challenged =>
                AccessOf(app, user, challenged.Profile, new Assurance(challenged.Proven, null), clock.GetUtcNow(), BuiltInApps.ChangePasswordScope),
            _ => null,
        };
        if (access is null)
            return LoginFaults.Of(outcome, rows.Orgs.Values.Any(org => org.Org.SoapLoginEnabled));
        var reference = outcome switch
        {
            LoginOutcome.SignedIn login => login.Reference,
            _ => ((LoginOutcome.Challenged)outcome).Reference,
        };
        // The password was changed while it was being looked at.
        if (await mint.IssueAsync(access) is not { } session)
            return SoapFault.InvalidLogin.Naming(reference);
        context.Response.Headers[OAuthAnswer.ReferenceHeader] = reference;
        var person = await Person.FindAsync(database, access.UserId) ?? throw new InvalidOperationException("A login without a user.");
        var info = new UserInfoResult(person, rows.Orgs[access.OrgId].Org.Name, (long)session.ExpiresIn.TotalSeconds);
        await SoapAnswer.WriteAsync(context, api, "login", response => response.Add("result", result => result
            .Add("metadataServerUrl", api.UrlFor(publicUrl, access.OrgId, 'm'))
            .Add("passwordExpired", access.Scope == BuiltInApps.ChangePasswordScope)
            .Add("sandbox", false)
            .Add("serverUrl", api.UrlFor(publicUrl, access.OrgId))
            .Add("sessionId", session.AccessToken)
            .Add("userId", RecordId.Long(access.UserId))
            .Add("userInfo", inner => info.Write(inner, api))));
        return null;
    }

    static GrantedAccess AccessOf(AppEntry app, UserAccount user, ProfileFacts profile, Assurance assurance, DateTimeOffset at, string scope) => new()
    {
        App = app,
        UserId = user.Id,
        Username = user.Username,
        OrgId = user.OrgId,
        Channel = LoginChannel.SoapLogin,
        Assurance = assurance,
        ProfileVersion = profile.Version,
        At = at,
        AuthenticatedAt = at,
        Scope = scope,
        PasswordChangedAt = user.PasswordChangedAt,
    };
}
