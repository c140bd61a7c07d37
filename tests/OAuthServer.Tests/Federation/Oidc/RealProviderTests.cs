using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>All of it with somebody else's OpenID provider: the npm package oidc-provider, unmodified.</summary>
public sealed class RealProviderTests
{
    const string Secret = "a-secret-of-the-relying-party-0123456789";

    static readonly OidcAccount Alice = new("alice", "her secret")
    {
        Claims = new() { ["preferred_username"] = "alice@real.example", ["email"] = "alice@real.example", ["email_verified"] = true, ["given_name"] = "Alice", ["family_name"] = "Liddell" },
        Amr = ["pwd", "otp"],
    };

    [Theory]
    [InlineData(ProviderAuthMethod.ClientSecretBasic)]
    [InlineData(ProviderAuthMethod.ClientSecretPost)]
    [InlineData(ProviderAuthMethod.PrivateKeyJwt)]
    public async Task A_person_signs_in_for_the_first_time_and_again_after_the_keys_have_changed(ProviderAuthMethod method)
    {
        await using var real = await RealScene.StartAsync(method);
        OidcScene.IsIn(await real.SignInAsync());
        var user = (await real.UserAsync("alice@real.example"))!;
        Assert.Equal(("Alice", "Liddell"), (user.FirstName, user.LastName)); // from userinfo
        await real.Op.RotateKeysAsync(keepOld: false);
        OidcScene.IsIn(await real.SignInAsync());
    }

    [Fact]
    public async Task A_sign_out_here_is_one_there()
    {
        await using var real = await RealScene.StartAsync(ProviderAuthMethod.ClientSecretBasic);
        OidcScene.IsIn(await real.SignInAsync());
        var leave = await real.Browser.PostAsync(await real.Browser.GetAsync("/logout"), null, ("decision", "out"));
        Assert.StartsWith(real.Op.EndSessionUrl, leave.Location, StringComparison.Ordinal);
        var back = await real.Visitor.SubmitAsync(await real.Visitor.GoAsync(leave.Location!), ("logout", "yes"));
        Assert.StartsWith(real.Server.PublicUrl + real.Provider.Path + "/signed-out?state=", back.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("/logout", (await real.Browser.GetAsync(back.Url.PathAndQuery)).LocalLocation);
        Assert.True((await real.Visitor.GoAsync(await real.LeaveAsync())).Fields.ContainsKey("password")); // asks again
    }

    [Fact]
    public async Task A_sign_out_there_is_one_here()
    {
        await using var real = await RealScene.StartAsync(ProviderAuthMethod.ClientSecretBasic);
        OidcScene.IsIn(await real.SignInAsync());
        await real.Visitor.SubmitAsync(await real.Visitor.GoAsync(real.Op.EndSessionUrl), ("logout", "yes"));
        await real.Op.SaysAsync("backchannel.success");
        Assert.Equal("/login", (await real.Browser.GetAsync("/settings")).LocalLocation?.Split('?')[0]);
    }

    [Fact]
    public async Task A_sign_in_that_must_be_new_is_new()
    {
        await using var real = await RealScene.StartAsync(ProviderAuthMethod.ClientSecretBasic);
        OidcScene.IsIn(await real.SignInAsync());
        var user = (await real.UserAsync("alice@real.example"))!;
        var errand = new SsoErrand(SsoPurpose.Link, null, user.Id, MustBeNew: true);
        var asked = await real.Visitor.GoAsync(await real.LeaveAsync(errand));
        Assert.True(asked.Fields.ContainsKey("password")); // though there is a session
        var back = await real.Visitor.SubmitAsync(asked, ("username", "alice"), ("password", "her secret"));
        Assert.Equal("/settings/single-sign-on?outcome=linked", (await real.Browser.GetAsync(back.Url.PathAndQuery)).LocalLocation);
    }

    [Fact]
    public async Task Who_cancels_there_is_refused_here()
    {
        await using var real = await RealScene.StartAsync(ProviderAuthMethod.ClientSecretBasic);
        var back = await real.Visitor.SubmitAsync(await real.Visitor.GoAsync(await real.LeaveAsync()), ("cancel", "yes"));
        var page = await real.Browser.GetAsync(back.Url.PathAndQuery);
        Assert.Equal(nameof(AssertionFlaw.ProviderRefused), (await real.Server.RecordAsync(page)).AssertionFlaw);
    }

    /// <summary>A server at its public URL, the provider, and a person at one browser.</summary>
    sealed class RealScene : IAsyncDisposable
    {
        RealScene(TestServer server, OidcProvider op, ProviderEntry provider)
        {
            (Server, Op, Provider) = (server, op, provider);
            (Browser, Visitor) = (new(server, TestServer.Office), new(op.Issuer));
        }

        internal TestServer Server { get; }

        internal OidcProvider Op { get; }

        internal ProviderEntry Provider { get; }

        internal TestBrowser Browser { get; }

        internal ProviderVisitor Visitor { get; }

        internal static async Task<RealScene> StartAsync(ProviderAuthMethod method)
        {
            var op = await OidcProvider.StartAsync(new() { Accounts = [Alice] });
            var server = await TestServer.StartAtItsPublicUrlAsync();
            server.Clock.Set(TimeProvider.System.GetUtcNow()); // the provider keeps the real time
            var org = await TestOrg.AddAsync(server);
            var profile = await org.ProfileAsync(new());
            var settings = new ProviderSettings
            {
                Label = "Real",
                Oidc = new() { Issuer = op.Issuer, ClientId = "us", ClientAuthentication = method },
                Provisioning = new() { Creates = true, DefaultProfile = profile.Name },
            };
            var provider = await org.ProviderAsync(settings, method == ProviderAuthMethod.PrivateKeyJwt ? null : Secret);
            var root = server.PublicUrl + provider.Path;
            await op.RegisterAsync(new("us", root + "/callback")
            {
                Secret = method == ProviderAuthMethod.PrivateKeyJwt ? null : Secret,
                Authentication = method switch
                {
                    ProviderAuthMethod.PrivateKeyJwt => "private_key_jwt",
                    ProviderAuthMethod.ClientSecretPost => "client_secret_post",
                    _ => "client_secret_basic",
                },
                JwksUri = method == ProviderAuthMethod.PrivateKeyJwt ? server.PublicUrl + "/id/keys" : null,
                PostLogoutRedirectUris = [root + "/signed-out"],
                BackchannelLogoutUri = root + "/backchannel-logout",
            });
            return new(server, op, provider);
        }

        internal Task<string> LeaveAsync(SsoErrand? errand = null) => OidcScene.LeaveAsync(Server, Browser, Provider, errand);

        internal async Task<Page> SignInAsync()
        {
            var visit = await Visitor.SignInAsync(await LeaveAsync(), "alice", "her secret");
            Assert.StartsWith(Server.PublicUrl, visit.Url.AbsoluteUri, StringComparison.Ordinal);
            return await Browser.GetAsync(visit.Url.PathAndQuery);
        }

        internal async Task<User?> UserAsync(string username)
        {
            await using var db = Server.Database.NewContext();
            return db.Users.SingleOrDefault(user => user.Username == username);
        }

        public async ValueTask DisposeAsync()
        {
            Visitor.Dispose();
            await Server.DisposeAsync();
            await Op.DisposeAsync();
        }
    }
}
