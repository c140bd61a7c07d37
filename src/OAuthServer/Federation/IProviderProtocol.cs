namespace OAuthServer.Federation;

/// <summary>What is wished of a provider when a browser is sent there.</summary>
/// <param name="Handle">Of the request (<see cref="SsoRequests"/>).</param>
/// <param name="LoginHint">What the person typed; null = nothing.</param>
/// <param name="MustBeNew">An earlier sign-in there will not do.</param>
public sealed record SsoWish(string Handle, string? LoginHint, bool MustBeNew);

/// <summary>How a browser gets to a provider.</summary>
public abstract record ProviderRequest
{
    private ProviderRequest() { }

    /// <summary>By a redirect.</summary>
    public sealed record Redirect(string Url) : ProviderRequest;

    /// <summary>By a form that it posts.</summary>
    public sealed record Post(string Url, IReadOnlyList<KeyValuePair<string, string>> Fields) : ProviderRequest;

    /// <summary>Not at all: the provider does not answer, or has not said where it is.</summary>
    /// <param name="Problem">For the log and for administrators.</param>
    public sealed record Unreachable(string Problem) : ProviderRequest;
}

/// <summary>A protocol that providers speak: OpenID Connect and SAML 2.0.</summary>
public interface IProviderProtocol
{
    /// <summary>True for a provider of this protocol.</summary>
    bool Speaks(ProviderEntry provider);

    /// <summary>Asks the provider to sign somebody in.</summary>
    Task<ProviderRequest> SignInAsync(ProviderEntry provider, SsoWish wish, CancellationToken cancellation);

    /// <summary>Asks the provider to end its session; null where it offers no such thing.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="session">The session there.</param>
    /// <param name="handle">By which the browser comes back (<see cref="Data.SsoPurpose.SignOut"/>).</param>
    /// <param name="cancellation">Ends the waiting for the provider.</param>
    Task<ProviderRequest?> SignOutAsync(ProviderEntry provider, ProviderSession session, string handle, CancellationToken cancellation);
}

/// <summary>Sends browsers to providers, by whatever protocol each speaks.</summary>
public sealed class ProviderErrands(IEnumerable<IProviderProtocol> protocols, SsoRequests requests)
{
    readonly IProviderProtocol[] protocols = [.. protocols];

    /// <summary>Sends a browser to sign in there. Where the provider cannot be reached nothing is begun.</summary>
    public async Task<ProviderRequest> SignInAsync(HttpContext context, ProviderEntry provider, SsoErrand errand, string? loginHint)
    {
        var handle = SsoRequests.NewHandle();
        var request = await ProtocolOf(provider).SignInAsync(provider, new(handle, loginHint, errand.MustBeNew), context.RequestAborted);
        if (request is not ProviderRequest.Unreachable)
            await requests.BeginAsync(context, provider, handle, errand);
        return request;
    }

    /// <summary>Sends a browser, whose session here has ended, to end the one there; null where the provider offers no such thing or cannot be reached.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="session">The session there.</param>
    /// <param name="afterwards">Where the browser goes when it is back: an address that has been checked.</param>
    public async Task<ProviderRequest?> SignOutAsync(HttpContext context, ProviderEntry provider, ProviderSession session, string afterwards)
    {
        if (!provider.Settings.SignsOutThere)
            return null;
        var handle = SsoRequests.NewHandle();
        var request = await ProtocolOf(provider).SignOutAsync(provider, session, handle, context.RequestAborted);
        if (request is null or ProviderRequest.Unreachable)
            return null;
        await requests.BeginAsync(context, provider, handle, new(Data.SsoPurpose.SignOut, afterwards));
        return request;
    }

    IProviderProtocol ProtocolOf(ProviderEntry provider) => Array.Find(protocols, protocol => protocol.Speaks(provider))
        ?? throw new InvalidOperationException($"Provider {provider.Id} speaks no protocol.");
}
