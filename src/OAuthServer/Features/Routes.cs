namespace OAuthServer.Features;

/// <summary>The paths of the doors, as the sign-in model's clients expect them. Features know each other only through this list.</summary>
public static class Routes
{
    public const string Token = "/services/oauth2/token";
    public const string Introspect = "/services/oauth2/introspect";
    public const string Revoke = "/services/oauth2/revoke";
    public const string UserInfo = "/services/oauth2/userinfo";
    public const string Keys = "/id/keys";
    public const string Authorize = "/services/oauth2/authorize";
    public const string PushedAuthorization = "/services/oauth2/par";
    public const string DeviceAuthorization = "/services/oauth2/device_authorization";
    public const string EndSession = "/services/auth/idp/oidc/logout";
    public const string Consent = "/consent";
    public const string SignIn = "/login";
    public const string Device = "/setup/connect";
    public const string Settings = "/settings";
    public const string OpenIdConfiguration = "/.well-known/openid-configuration";
    public const string AuthorizationServerMetadata = "/.well-known/oauth-authorization-server";

    /// <summary>What pages are dressed in.</summary>
    public const string Assets = "/assets";
}
