using OAuthServer.Apps;

namespace OAuthServer.Features.Authorize;

/// <summary>How the answer travels (OAuth 2.0 Multiple Response Type Encoding Practices, section 2.1; Form Post Response Mode).</summary>
public enum ResponseMode
{
    /// <summary>In the redirect's query, the default of <c>response_type=code</c>.</summary>
    Query,

    /// <summary>In its fragment.</summary>
    Fragment,

    /// <summary>In a form that the browser posts.</summary>
    FormPost,
}

/// <summary>Where an answer goes: a registered redirect URI, the way to it, and the app's own words to recognise the answer by.</summary>
/// <param name="App">Who asked.</param>
/// <param name="RedirectUri">Registered.</param>
/// <param name="Mode">How.</param>
/// <param name="State">Returned byte for byte.</param>
public sealed record ReturnAddress(AppEntry App, string RedirectUri, ResponseMode Mode, string? State);
