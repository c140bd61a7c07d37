namespace OAuthServer.Features;

/// <summary>The paths of the doors, as the sign-in model's clients expect them. Features know each other only through this list.</summary>
public static class Routes
{
    public const string Token = "/services/oauth2/token";
    public const string Introspect = "/services/oauth2/introspect";
    public const string Revoke = "/services/oauth2/revoke";
    public const string UserInfo = "/services/oauth2/userinfo";
    public const string Keys = "/id/keys";

    /// <summary>Followed by organization and user: the identity URL.</summary>
    public const string Identity = Tokens.IdentityUrl.Root;

    /// <summary>The root of the REST surface.</summary>
    public const string Data = "/services/data";

    public const string SingleAccess = "/services/oauth2/singleaccess";

    /// <summary>Where a browser comes with what <see cref="SingleAccess"/> gave.</summary>
    public const string FrontDoor = "/secur/frontdoor.jsp";

    public const string Soap = "/services/Soap";
    public const string Authorize = "/services/oauth2/authorize";
    public const string PushedAuthorization = "/services/oauth2/par";
    public const string DeviceAuthorization = "/services/oauth2/device_authorization";
    public const string EndSession = "/services/auth/idp/oidc/logout";
    public const string Consent = "/consent";
    public const string SignOut = "/logout";
    public const string SignIn = "/login";
    public const string SignInPassword = "/login/password";
    public const string SignInCode = "/login/code";
    public const string SignInRecoveryCode = "/login/recovery-code";
    public const string SignInMailedCode = "/login/mailed-code";
    public const string SignInPasskey = "/login/passkey";
    public const string SignInEnrol = "/login/enrol";
    public const string SignInNewPassword = "/login/new-password";
    public const string SignInProvider = "/login/single-sign-on";
    public const string ForgottenPassword = "/forgot-password";
    public const string ResetPassword = "/reset-password";
    public const string Device = "/setup/connect";
    public const string Settings = "/settings";
    public const string SettingsSingleSignOn = "/settings/single-sign-on";

    /// <summary>The sign-in address of each organization, and of each of its providers.</summary>
    public const string SingleSignOn = "/sso";

    public const string SetupSingleSignOn = "/setup/single-sign-on";
    public const string OpenIdConfiguration = "/.well-known/openid-configuration";
    public const string AuthorizationServerMetadata = "/.well-known/oauth-authorization-server";

    /// <summary>What pages are dressed in.</summary>
    public const string Assets = "/assets";
}
