using System.Net;
using OAuthServer.Accounts;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.Networks;
using OAuthServer.Administration.Overview;
using OAuthServer.Administration.People;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Providers;
using OAuthServer.Administration.Replay;
using OAuthServer.Administration.Server;
using OAuthServer.Administration.SignIns;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Features.Authorize;
using OAuthServer.Features.Device;
using OAuthServer.Features.Discovery;
using OAuthServer.Features.EndSession;
using OAuthServer.Features.Identity;
using OAuthServer.Features.Introspection;
using OAuthServer.Features.Oidc;
using OAuthServer.Features.PasswordReset;
using OAuthServer.Features.Rest;
using OAuthServer.Features.Revocation;
using OAuthServer.Features.Saml;
using OAuthServer.Features.SelfService;
using OAuthServer.Features.Settings;
using OAuthServer.Features.Setup;
using OAuthServer.Features.SetupApi;
using OAuthServer.Features.Shared;
using OAuthServer.Features.SignIn;
using OAuthServer.Features.SingleAccess;
using OAuthServer.Features.Soap;
using OAuthServer.Features.Token;
using OAuthServer.Features.Token.Grants;
using OAuthServer.Features.UserInfo;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting;

/// <summary>Who is made of what, room by room.</summary>
static class ServerServices
{
    internal static void AddServer(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddHttp(options);
        services.AddData(options);
        services.AddAccounts(options);
        services.AddSingleton<OrgDirectory>();
        services.AddSingleton<UserAccounts>();
        services.AddSingleton<IdentityProviders>();
        services.AddSingleton<SsoRequests>();
        services.AddSingleton<FederatedAccounts>();
        services.AddSingleton<IdentityLinks>();
        services.AddSingleton<ProviderErrands>();
        services.AddSingleton<CertificateWatch>();
        services.AddOidc();
        services.AddSaml();
        services.AddSingleton<AppDirectory>();
        services.AddSingleton<ClientAuthenticator>();
        services.AddLogin(options);
        services.AddTokens(options);
        services.AddEmail(options.Mail);
        services.AddServerDataProtection();
        services.AddAdministration();
        services.AddFeatures();
        services.AddPages();
    }

    static void AddSaml(this IServiceCollection services)
    {
        services.AddSingleton<SamlKeyRing>();
        services.AddSingleton<SamlPeers>();
        services.AddSingleton<SamlMetadataFetching>();
        services.AddSingleton<SamlAnswers>();
        services.AddSingleton<IProviderProtocol, SamlProtocol>();
        services.AddSingleton<Reposting>();
        services.AddSingleton<ConsumerDoor>();
        services.AddSingleton<SingleLogoutDoor>();
        services.AddSingleton<SamlDoors>();
    }

    static void AddOidc(this IServiceCollection services)
    {
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<OidcDiscovery>();
        services.AddSingleton<OidcSignatures>();
        services.AddSingleton<OidcTokenEndpoint>();
        services.AddSingleton<OidcUserInfo>();
        services.AddSingleton<OidcAnswers>();
        services.AddSingleton<OidcIdTokens>();
        services.AddSingleton<OidcLogoutTokens>();
        services.AddSingleton<IProviderProtocol, OidcProtocol>();
        services.AddSingleton<CallbackDoor>();
        services.AddSingleton<SignedOutDoor>();
        services.AddSingleton<LogoutDoor>();
        services.AddSingleton<OidcDoors>();
    }

    static void AddHttp(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new PublicUrl(options.PublicUrl));
        services.AddSingleton<ServerCookies>();
        services.AddSingleton(new RequestOrigins([.. options.TrustedProxies.Addresses.Select(ParseNetwork)], options.TrustedProxies.Hops));
    }

    static IPNetwork ParseNetwork(string text) =>
        text.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(text)
        : IPAddress.Parse(text) is var address ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : default;

    static void AddData(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new MasterKey(options.MasterKey));
        services.AddSingleton<Database>(_ => options.Database.PostgresConnectionString is { } postgres
            ? new PostgresDatabase(postgres)
            : new SqliteDatabase(options.Database.SqlitePath!));
        services.AddSingleton<ChangeWatch>();
        services.AddSingleton<WriteQueue>();
        services.AddScoped(provider => provider.GetRequiredService<Database>().NewContext());
    }

    static void AddAccounts(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Passwords);
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<PasswordJudge>();
        services.AddSingleton<SecurityTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Authenticators>();
        services.AddSingleton<DisownedSignIns>();
        services.AddSingleton<PasskeyCeremonies>();
        services.AddSingleton<Passkeys>();
        services.AddSingleton<DeviceCodes>();
        services.AddSingleton<SignInNotices>();
        services.AddSingleton<MailedLinks>();
        services.AddSingleton<BreakGlassNotices>();
        services.AddSingleton<BrownOutStops>();
    }

    static void AddLogin(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Limits);
        services.AddSingleton<RefusalLimits>();
        services.AddSingleton<LoginReferences>();
        services.AddSingleton<CredentialVerifier>();
        services.AddSingleton<OldWays>();
        services.AddSingleton<LoginGate>();
        services.AddSingleton<GuessCounter>();
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<DeviceLimits>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<OwnerProofs>();
        services.AddSingleton<SessionList>();
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<PendingSignIns>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<PageSignIn>();
        services.AddSingleton<AuthorizationRequests>();
        services.AddSingleton<Consents>();
        services.AddSingleton<LoginExplanations>();
    }

    static void AddTokens(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Keys);
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<StandingGrants>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<IdTokens>();
        services.AddSingleton<IdTokenHints>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<DeviceAuthorizations>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<AccessTokenReader>();
        services.AddSingleton<TokenRevocation>();
        services.AddSingleton<UserGrants>();
        services.AddSingleton<Purge>();
        services.AddHostedService<Upkeep>();
    }

    /// <summary>The administrators' rooms: each adds what it is made of, and its operations.</summary>
    static void AddAdministration(this IServiceCollection services)
    {
        services.AddSingleton<AdminCatalogue>();
        services.AddOperations<OverviewOperations>();
        services.AddOperations<SignInOperations>();
        services.AddOperations<HistoryOperations>();
        services.AddOperations<TokenUserOperations>();
        services.AddIntegrationOperations();
        services.AddAppOperations();
        services.AddPeopleOperations();
        services.AddPolicyOperations();
        services.AddNetworkOperations();
        services.AddReplayOperations();
        services.AddJobOperations();
        services.AddOperations<ProviderOperations>();
        services.AddServerOperations();
        services.AddSingleton<IServerHealth, ServerHealth>();
    }

    static void AddFeatures(this IServiceCollection services)
    {
        // All grants: discovery lists what stands here.
        services.AddSingleton<IGrant, AuthorizationCodeGrant>();
        services.AddSingleton<IGrant, PasswordGrant>();
        services.AddSingleton<IGrant, ClientCredentialsGrant>();
        services.AddSingleton<IGrant, RefreshTokenGrant>();
        services.AddSingleton<AuthorizeRequestReader>();
        services.AddSingleton<AuthorizeAnswer>();
        services.AddSingleton<CodeIssuing>();
        services.AddSingleton<AuthorizeEndpoint>();
        services.AddSingleton<PushedAuthorizationEndpoint>();
        services.AddSingleton<LogoutRequestReader>();
        services.AddSingleton<EndSessionEndpoint>();
        services.AddSingleton<ProviderSignOut>();
        services.AddSingleton<BackchannelSender>();
        services.AddHostedService<LogoutWorker>();
        services.AddSingleton<DeviceStarts>();
        services.AddSingleton<DeviceCodeGrant>();
        services.AddSingleton<IGrant>(provider => provider.GetRequiredService<DeviceCodeGrant>());
        services.AddSingleton<IGrant, SalesforceDeviceGrant>();
        services.AddSingleton<SalesforceDeviceCodes>();
        services.AddSingleton<AssertionLogins>();
        services.AddSingleton<JwtBearerAssertions>();
        services.AddSingleton<IGrant, JwtBearerGrant>();
        services.AddSingleton<SamlBearerAssertions>();
        services.AddSingleton<IGrant, SamlBearerGrant>();
        services.AddSingleton<SamlResponseAssertions>();
        services.AddSingleton<IGrant, SalesforceSamlGrant>();
        services.AddSingleton<IGrant, TokenExchangeGrant>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton(provider => new GrantTypes([.. provider.GetServices<IGrant>().Where(grant => !grant.IsSalesforceOnly).Select(grant => grant.GrantType)]));
        services.AddSingleton<DiscoveryEndpoints>();
        services.AddSingleton<IntrospectionEndpoint>();
        services.AddSingleton<RevocationEndpoint>();
        services.AddSingleton<UserInfoEndpoint>();
        services.AddSingleton<SalesforceTokens>();
        services.AddSingleton<BareWordCallers>();
        services.AddSingleton<IdentityEndpoint>();
        services.AddSingleton<SingleAccessEndpoint>();
        services.AddSingleton<FrontDoorEndpoint>();
        services.AddSingleton<RestCallers>();
        services.AddSingleton<RestDoors>();
        services.AddSingleton<ApiPasswords>();
        services.AddSingleton<PasswordResource>();
        services.AddSoap();
        services.AddSingleton<DeviceAuthorizationEndpoint>();
        services.AddSingleton<DeviceApprovals>();
        services.AddSingleton<ScopeWords>();
        services.AddSingleton<Note>();
        services.AddSingleton<BearerDoor>();
        services.AddSingleton<AdminApi>();
        services.AddSettings();
        services.AddSingleton<CurrentPassword>();
        services.AddSetup();
        services.AddSingleton<ProviderDoor>();
        services.AddSingleton<SsoAnswers>();
        services.AddSingleton<RememberedProvider>();
        services.AddSingleton<SignInWays>();
        services.AddSingleton<SignInLook>();
        services.AddSingleton<SignInPages>();
        services.AddSingleton<ForgottenPasswords>();
        services.AddHostedService(provider => provider.GetRequiredService<ForgottenPasswords>());
    }
}
