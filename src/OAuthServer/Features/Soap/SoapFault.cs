namespace OAuthServer.Features.Soap;

/// <summary>Why a call was not done, as clients compare it (Salesforce contract, section 5.2).</summary>
/// <param name="Code">The exceptionCode.</param>
/// <param name="Message">For people; what clients look for in it comes first.</param>
/// <param name="Type">The fault's type in the WSDL, which decides what class clients make of it.</param>
sealed record SoapFault(string Code, string Message, string Type = SoapFault.Unexpected)
{
    internal const string Unexpected = "UnexpectedErrorFault";
    const string Login = "LoginFault";

    /// <summary>The sentence that every login hears that has not proven its credentials, to the letter.</summary>
    const string InvalidLoginSentence = "Invalid username, password, security token; or user locked out.";

    /// <summary>Bare for faults of the login, prefixed for all others: a client recognises a dead session by the prefix.</summary>
    internal string FaultCode => Type == Login ? Code : "sf:" + Code;

    internal string FaultString => $"{Code}: {Message}";

    /// <summary>The record behind it, for the response's header.</summary>
    internal string? Reference { get; private init; }

    /// <summary>Seconds to wait before trying again; 0 = say nothing.</summary>
    internal int RetryAfterSeconds { get; init; }

    internal static SoapFault InvalidLogin { get; } = OfLogin("INVALID_LOGIN", InvalidLoginSentence);

    /// <summary>Only where the organization has chosen to disclose it (login policy, section 7).</summary>
    internal static SoapFault MustUseSecurityToken { get; } = OfLogin(
        "LOGIN_MUST_USE_SECURITY_TOKEN",
        InvalidLoginSentence + " When accessing from outside of your company's trusted networks, you must append your security token to your password. "
        + "Reset your security token in your personal settings to have a new one mailed to you.");

    /// <summary>Clients fetch another session when they read "Session not found" or "Illegal Session".</summary>
    internal static SoapFault NoSession { get; } = new("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session. Session not found.");

    /// <summary>Without the words that make clients log in again: another session would be no better.</summary>
    internal static SoapFault NotForApi { get; } = new("INVALID_SESSION_ID", "This session is not valid for use with the SOAP API: its token has none of the scopes api, web and full.");

    internal static SoapFault ExpiredPassword { get; } = new(
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The password of this session has expired: only changeOwnPassword and setPassword, for the own password, can be called.");

    internal static SoapFault NoApi { get; } = new("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner: the user's profile does not permit it.");

    internal static SoapFault LoginOff { get; } = Off("SOAP API login() is disabled by default in this org. An administrator can switch it on; better, log in by OAuth.");

    internal static SoapFault LoginGone { get; } = Off("SOAP API login() is not part of this version. Use version 64.0 at most, or log in by OAuth.");

    internal static SoapFault UnknownVersion { get; } = new("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");

    internal static SoapFault UnknownApi { get; } = new("INVALID_OPERATION", "There is no such SOAP API here. Use /services/Soap/u/64.0 or /services/Soap/c/64.0.");

    internal static SoapFault Busy { get; } = new("SERVER_UNAVAILABLE", "Too much to do at once; try again in a moment.") { RetryAfterSeconds = 5 };

    /// <summary>A fault of the login itself.</summary>
    internal static SoapFault OfLogin(string code, string message) => new(code, message, Login);

    /// <summary>Something that is switched off, or not in this version.</summary>
    internal static SoapFault Off(string message) => new("INVALID_OPERATION", message);

    /// <summary>What was sent is not what can be read.</summary>
    internal static SoapFault Unreadable(string why) => new("XML_PARSER_ERROR", why);

    /// <summary>An argument that is needed.</summary>
    internal static SoapFault Missing(string name) => new("MISSING_ARGUMENT", $"Required argument is missing: {name}.");

    /// <summary>The same, naming the login record in the response's header: the text stays as clients know it.</summary>
    internal SoapFault Naming(string reference) => this with { Reference = reference };
}
