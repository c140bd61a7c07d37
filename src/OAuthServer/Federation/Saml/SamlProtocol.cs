namespace OAuthServer.Federation.Saml;

/// <summary>Sends browsers to SAML providers: an AuthnRequest by redirect or by post, a LogoutRequest by redirect, both signed.</summary>
public sealed class SamlProtocol(SamlPeers peers, SamlKeyRing keys, SamlMetadataFetching metadata, TimeProvider clock) : IProviderProtocol
{
    public bool Speaks(ProviderEntry provider) => provider.Settings.Saml is not null;

    public async Task<ProviderRequest> SignInAsync(ProviderEntry provider, SsoWish wish, CancellationToken cancellation)
    {
        (provider, var known) = await metadata.KnownAsync(provider, cancellation);
        if (known is not SamlMetadataReading.Found { Provider: var idp })
            return new ProviderRequest.Unreachable(((SamlMetadataReading.Unusable)known).Problem);
        var settings = provider.Settings.Saml!;
        var isPost = idp.SsoRedirectUrl is null || settings.RequestBinding == SamlBinding.Post && idp.SsoPostUrl is not null;
        var request = new AuthnRequest(
            SsoRequests.MessageIdOf(wish.Handle), clock.GetUtcNow(), isPost ? idp.SsoPostUrl! : idp.SsoRedirectUrl!, peers.EntityIdOf(provider), peers.ConsumerOf(provider))
        {
            ForceAuthn = wish.MustBeNew,
            NameIdFormat = settings.NameIdFormat,
            AuthnContexts = settings.RequestedContexts,
        };
        var key = settings.SignsRequests || idp.WantAuthnRequestsSigned ? (await keys.KeysAsync(cancellation))[0] : null;
        return isPost
            ? new ProviderRequest.Post(request.Destination, [new(request.Field, SamlRequests.PostField(request, key)), new("RelayState", wish.Handle)])
            : new ProviderRequest.Redirect(SamlRequests.RedirectUrl(request, key, wish.Handle));
    }

    public async Task<ProviderRequest?> SignOutAsync(ProviderEntry provider, ProviderSession session, string handle, CancellationToken cancellation)
    {
        if (peers.Of(provider) is not SamlMetadataReading.Found { Provider: var idp } || SamlSubject.Read(session.Hint) is not { } subject)
            return null;
        if ((idp.SloRedirect ?? idp.SloPost) is not { } endpoint)
            return null;
        var request = new LogoutRequest(
            SsoRequests.MessageIdOf(handle), clock.GetUtcNow(), endpoint.Url, peers.EntityIdOf(provider), subject, session.SessionId is { } index ? [index] : [],
            clock.GetUtcNow() + SamlLogouts.Lifetime);
        var key = (await keys.KeysAsync(cancellation))[0];
        return idp.SloRedirect is not null
            ? new ProviderRequest.Redirect(SamlRequests.RedirectUrl(request, key, handle))
            : new ProviderRequest.Post(endpoint.Url, [new(request.Field, SamlRequests.PostField(request, key)), new("RelayState", handle)]);
    }
}
