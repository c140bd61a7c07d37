using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Administration.Providers;

/// <summary>What a provider is to be told of this server.</summary>
static class ProviderAddresses
{
    const string Keys = "/id/keys";

    internal static IReadOnlyList<ProviderAddress> Of(ProviderEntry provider, PublicUrl server)
    {
        ProviderAddress At(string key, string path) => new(key, server.At(provider.Path + path));
        return provider.Settings.Oidc is not { } oidc
            ? [At("MetadataUrl", "/metadata"), At("EntityId", ""), At("Acs", "/acs"), At("Slo", "/slo")]
            :
            [
                At("RedirectUri", "/callback"),
                At("SignedOutUri", "/signed-out"),
                At("BackchannelUri", "/backchannel-logout"),
                At("InitiateLogin", ""),
                .. oidc.ClientAuthentication == ProviderAuthMethod.PrivateKeyJwt ? [new ProviderAddress("Keys", server.At(Keys))] : Array.Empty<ProviderAddress>(),
            ];
    }
}
