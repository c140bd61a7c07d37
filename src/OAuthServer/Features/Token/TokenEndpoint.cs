using System.Collections.Frozen;
using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>
/// The token endpoint (RFC 6749 section 3.2): form, app, grant, mint, answer, in this order. It knows no grant by name.
/// </summary>
public sealed class TokenEndpoint(
    IEnumerable<IGrant> grants, SalesforceDeviceCodes deviceCodes, ClientAuthenticator clients, LoginGate gate, TokenIssuer mint, RequestOrigins origins, PublicUrl publicUrl,
    TimeProvider clock)
{
    readonly FrozenDictionary<string, IGrant> grants = grants.ToFrozenDictionary(grant => grant.GrantType, StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        var request = RequestContext.Of(context, origins, clock);
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null)
        {
            await OAuthAnswer.ErrorAsync(context, problem!);
            return;
        }
        var grant = form["grant_type"] is { } type ? grants.GetValueOrDefault(type) : null;
        var proof = await clients.AuthenticateAsync(context.Request, form, grant?.AssertedBy(form));
        var dialect = proof is ClientProof.Proven ? proof.Dialect : UnknownCaller.DialectOf(proof, grant, form);
        // Query parameters and multipart bodies are for the salesforce dialect's clients only.
        if (dialect != Dialect.Salesforce && form.BodyFlaw is { } flaw)
        {
            await OAuthAnswer.ErrorAsync(context, flaw, dialect);
            return;
        }
        if (grant is null && SalesforceDeviceCodes.AreAskedFor(form) && SalesforceDeviceCodes.AppOf(proof) is { } device)
        {
            await deviceCodes.AnswerAsync(context, form, device, request);
            return;
        }
        if (proof is ClientProof.Failed failed)
        {
            await AppRefusal.AnswerAsync(gate, context, UnknownCaller.InBothWords(failed), grant?.Channel ?? LoginChannel.ClientCredentials, request, dialect);
            return;
        }
        if (grant is null || grant.IsSalesforceOnly && dialect != Dialect.Salesforce)
        {
            await OAuthAnswer.ErrorAsync(
                context, form["grant_type"] is null ? OAuthError.InvalidRequest("grant_type is required.") : OAuthError.UnsupportedGrantType, dialect);
            return;
        }
        var client = (ClientProof.Proven)proof;
        switch (await grant.RedeemAsync(new TokenRequest(form, client, request, context.RequestAborted)))
        {
            case GrantResult.Refused refused:
                await OAuthAnswer.ErrorAsync(context, refused.Error, dialect);
                break;
            case GrantResult.Granted granted:
                if (await mint.IssueAsync(granted.Access) is not { } result)
                {
                    await OAuthAnswer.ErrorAsync(context, granted.IfSpent with { Reference = granted.Reference }, dialect);
                    break;
                }
                if (granted.Reference is { } reference)
                    context.Response.Headers[OAuthAnswer.ReferenceHeader] = reference;
                await (dialect == Dialect.Salesforce
                    ? SalesforceTokenAnswer.WriteAsync(context, result, form, client.PresentedSecret, publicUrl)
                    : StandardTokenAnswer.WriteAsync(context, result));
                break;
        }
    }
}
