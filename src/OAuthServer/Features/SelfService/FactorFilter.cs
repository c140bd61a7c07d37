using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.SelfService;

/// <summary>
/// Guards changes of second factors: once one is enrolled that counts for the profile, only a login that used one makes them. Whoever
/// merely has the password, on a trusted network where it is enough to come in, takes none away.
/// </summary>
sealed class FactorFilter(UserAccounts accounts) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        WhyNot(Me.Of(context.HttpContext), (await accounts.FindByIdAsync(Me.Of(context.HttpContext).User.Id))?.Enrolled ?? Proof.None) is { } refusal
            ? refusal : await next(context);

    internal static IResult? WhyNot(Me me, Proof enrolled) =>
        (enrolled & me.Profile.SecondFactorKinds) != Proof.None && (me.Token.Proven & OwnerProofs.SecondFactors) == Proof.None ? BearerRefusal.NoFactor : null;
}
