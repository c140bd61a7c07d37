using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>One way to a token (RFC 6749 section 4): reads its parameters, asks the gate, and says what was granted. It never makes a token.</summary>
public interface IGrant
{
    /// <summary>The value of <c>grant_type</c>.</summary>
    string GrantType { get; }

    /// <summary>The door, as the policy knows it.</summary>
    LoginChannel Channel { get; }

    /// <summary>Only apps of the salesforce dialect have it: to others it is an unknown grant type, and discovery does not list it.</summary>
    bool IsSalesforceOnly => false;

    /// <summary>The request is in a form that no client but those of the salesforce dialect sends; asked only where nobody knows the app.</summary>
    bool SpeaksSalesforce(RequestForm form) => IsSalesforceOnly;

    /// <summary>
    /// The issuer of the assertion it rests on, unverified: the app itself may be that, and then it needs no other proof. Null where it
    /// rests on none, or on one that no app can sign.
    /// </summary>
    string? AssertedBy(RequestForm form) => null;

    Task<GrantResult> RedeemAsync(TokenRequest request);
}

/// <summary>A token request whose app has proven itself.</summary>
public sealed record TokenRequest(RequestForm Form, ClientProof.Proven Client, RequestContext Context, CancellationToken Aborted)
{
    public AppEntry App => Client.App;

    public Dialect Dialect => App.Settings.Dialect;
}

/// <summary>What a grant says.</summary>
public abstract record GrantResult
{
    /// <summary>The mint may make tokens.</summary>
    /// <param name="Access">For what.</param>
    /// <param name="Reference">The login record; null when the login was judged earlier, at another door.</param>
    public sealed record Granted(GrantedAccess Access, string? Reference) : GrantResult
    {
        /// <summary>What the caller is told when the mint finds it spent meanwhile, or its password changed.</summary>
        public OAuthError IfSpent { get; init; } = LoginRefusal.AuthenticationFailure;
    }

    /// <summary>It may not.</summary>
    public sealed record Refused(OAuthError Error) : GrantResult;
}
