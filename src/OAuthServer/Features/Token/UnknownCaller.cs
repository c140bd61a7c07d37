using OAuthServer.Apps;
using OAuthServer.Http;

namespace OAuthServer.Features.Token;

/// <summary>
/// How a caller is answered whose app nobody knows: in the words of the RFCs, unless the request is of a form that only clients of the
/// salesforce dialect send. Those read no body but of a 400, and know an unknown app by <c>invalid_client_id</c> (contract, section 4.14).
/// </summary>
static class UnknownCaller
{
    static readonly OAuthError UnknownClient = new("invalid_client_id", "client identifier invalid");

    /// <summary>The dialect to answer in.</summary>
    /// <param name="proof">What is known of the app.</param>
    /// <param name="grant">What is asked for; null where no grant is known by that name.</param>
    /// <param name="form">The request.</param>
    internal static Dialect DialectOf(ClientProof proof, IGrant? grant, RequestForm form) =>
        proof is ClientProof.Failed { App: null } && (form["format"] is not null || SalesforceDeviceCodes.AreAskedFor(form) || grant?.SpeaksSalesforce(form) == true)
            ? Dialect.Salesforce
            : proof.Dialect;

    /// <summary>The refusal, in words for both.</summary>
    internal static ClientProof.Failed InBothWords(ClientProof.Failed failed) =>
        failed is { App: null, Error: { Error: "invalid_client" } error } ? failed with { Error = error with { InSalesforceWords = UnknownClient } } : failed;
}
