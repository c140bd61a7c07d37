using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Tests.Support;

/// <summary>
/// Stands in for both protocols where a test is about the pages around them: sends browsers to an address that nobody answers, and hands
/// in, at <see cref="Door"/>, whatever a test wants to have been answered.
/// </summary>
public sealed class ScriptedProvider(PublicUrl server) : IProviderProtocol
{
    /// <summary>Takes <c>provider</c>, <c>handle</c>, <c>subject</c>, <c>email</c> (a verified one) and <c>flaw</c>.</summary>
    public const string Door = "/test-answer";

    public const string Address = "https://idp.test/sign-in";

    /// <summary>A client id whose provider does not answer.</summary>
    public const string Down = "down";

    /// <summary>A client id whose provider is a page of this machine under another name, for real browsers.</summary>
    public const string Near = "near";

    /// <summary>What such a page's address ends with.</summary>
    public const string NearPath = "/test-provider";

    /// <summary>A client id whose provider is sent a form.</summary>
    public const string Posted = "posted";

    /// <summary>Puts it in the place of the real ones.</summary>
    public static void Replace(WebApplicationBuilder builder)
    {
        builder.Services.RemoveAll<IProviderProtocol>();
        builder.Services.AddSingleton<IProviderProtocol, ScriptedProvider>();
        builder.Services.AddSingleton<IStartupFilter, AnswerDoor>();
    }

    /// <summary>Settings of a provider that it plays.</summary>
    public static ProviderSettings Settings(string label = "Acme Login", string clientId = "client", params string[] domains) => new()
    {
        Label = label,
        Oidc = new() { Issuer = "https://idp.test", ClientId = clientId },
        Domains = domains,
    };

    public bool Speaks(ProviderEntry provider) => true;

    public Task<ProviderRequest> SignInAsync(ProviderEntry provider, SsoWish wish, CancellationToken cancellation) => Task.FromResult<ProviderRequest>(provider.Settings.Oidc?.ClientId switch
    {
        Down => new ProviderRequest.Unreachable("Connection refused."),
        Posted => new ProviderRequest.Post(Address, [KeyValuePair.Create("RelayState", wish.Handle)]),
        var id => new ProviderRequest.Redirect(QueryHelpers.AddQueryString(id == Near ? server.Value.Replace("localhost", "127.0.0.1", StringComparison.Ordinal) + NearPath : Address, new Dictionary<string, string?>
        {
            ["handle"] = wish.Handle,
            ["hint"] = wish.LoginHint,
            ["new"] = wish.MustBeNew.ToString(),
            ["provider"] = provider.Id,
        })),
    });

    public Task<ProviderRequest?> SignOutAsync(ProviderEntry provider, ProviderSession session, string handle, CancellationToken cancellation) => Task.FromResult<ProviderRequest?>(null);

    sealed class AnswerDoor : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Map(Door, door => door.Run(AnswerAsync));
            app.Map(NearPath, page => page.Run(context => context.Response.WriteAsync("provider")));
            next(app);
        };

        static async Task AnswerAsync(HttpContext context)
        {
            context.Request.PathBase = default;
            context.SetEndpoint(new(null, new(AnswersWithPages.Mark), Door));
            PageHeaders.Begin(context);
            PageLanguage.Choose(context);
            var services = context.RequestServices;
            string? Sent(string name) => context.Request.Query[name] is [{ Length: > 0 } value] ? value : null;
            var provider = (await services.GetRequiredService<IdentityProviders>().CurrentAsync()).FindById(Sent("provider")!)!;
            var back = await services.GetRequiredService<SsoRequests>().TakeAsync(context, provider, Sent("handle"));
            var flaw = Enum.Parse<AssertionFlaw>(back is null ? "StateUnknown" : Sent("flaw") ?? "None");
            var answer = flaw != AssertionFlaw.None ? ProviderAnswer.Refused(provider, flaw, "<seen>") with { Decoded = "{ \"sub\": \"<script>\" }" } : new ProviderAnswer
            {
                Provider = provider,
                Flaw = AssertionFlaw.None,
                Checks = [new(AssertionFlaw.WrongIssuer, Holds: true, "https://idp.test"), new(AssertionFlaw.SignatureInvalid, Holds: true, "RS256")],
                Subject = Sent("subject") ?? "subject",
                Claims = Sent("email") is { } email ? new(new Dictionary<string, IReadOnlyList<string>> { ["email"] = [email] }, EmailIsVerified: true) : ProviderClaims.None,
                AuthenticatedAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
                Session = new(provider.Id, Sent("subject") ?? "subject", "session-there", null, null),
                Decoded = "{ \"sub\": \"<script>\" }",
            };
            var result = await services.GetRequiredService<SsoAnswers>().AnswerAsync(context, back, answer);
            await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
        }
    }
}

/// <summary>A server whose providers are <see cref="ScriptedProvider"/>s, shared by the tests of the collection.</summary>
public sealed class ScriptedServers : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(customize: ScriptedProvider.Replace);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(nameof(ScriptedServersCollection))]
public sealed class ScriptedServersCollection : ICollectionFixture<ScriptedServers>;
