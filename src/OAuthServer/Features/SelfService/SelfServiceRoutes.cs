namespace OAuthServer.Features.SelfService;

/// <summary>
/// The door through which a user, or a program that logged in as one, looks after the own account. It checks who asks and how
/// fresh the login is; what may be changed is decided in Accounts. No secret leaves except the seed of an enrolment and recovery
/// codes, each once.
/// </summary>
public static class SelfServiceRoutes
{
    public static IEndpointRouteBuilder MapSelfService(this IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/api/me").AddEndpointFilter<BearerFilter>();
        me.MapGet("", WhoAmI.GetAsync);
        me.MapGet("security-token", SecurityTokenEndpoints.GetAsync);
        me.MapGet("sign-ins", SignInEndpoints.ListAsync);
        me.MapGet("sign-ins/{reference}", SignInEndpoints.GetAsync);

        var changes = me.MapGroup("").AddEndpointFilter<ChangeFilter>();
        changes.MapPost("security-token/reset", SecurityTokenEndpoints.ResetAsync);
        changes.MapPut("password", PasswordEndpoint.PutAsync);

        var factors = changes.MapGroup("").AddEndpointFilter<FactorFilter>();
        factors.MapPost("authenticator", AuthenticatorEndpoints.BeginAsync);
        factors.MapGet("authenticator/qr.svg", AuthenticatorEndpoints.QrSvgAsync);
        factors.MapGet("authenticator/qr.png", AuthenticatorEndpoints.QrPngAsync);
        factors.MapPost("authenticator/confirm", AuthenticatorEndpoints.ConfirmAsync);
        factors.MapDelete("authenticator", AuthenticatorEndpoints.RemoveAsync);
        // Not every client and proxy carries the body of a DELETE (RFC 9110 section 9.3.5).
        factors.MapPost("authenticator/remove", AuthenticatorEndpoints.RemoveAsync);
        factors.MapPost("recovery-codes", AuthenticatorEndpoints.RenewRecoveryCodesAsync);
        return routes;
    }
}
