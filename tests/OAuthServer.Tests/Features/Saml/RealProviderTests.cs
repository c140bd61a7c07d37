using OAuthServer.Federation;
using OAuthServer.Tests.Federation.Oidc;
using OAuthServer.Tests.Support.Providers;
using Binding = OAuthServer.Federation.SamlBinding;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>All of a sign-in with somebody else's SAML provider: Debian's SimpleSAMLphp, unmodified.</summary>
public sealed class RealProviderTests
{
    [Theory]
    [InlineData(Binding.Redirect)]
    [InlineData(Binding.Post)]
    public async Task A_person_signs_in_for_the_first_time_and_the_second_time_is_brought_up_to_date(Binding binding)
    {
        await using var real = await RealSaml.StartAsync(settings => settings with { RequestBinding = binding });
        OidcScene.IsIn(await real.SignInAsync());
        var user = await real.UserAsync();
        Assert.Equal(("Alice", "Liddell", RealSaml.Username, real.Provider.Id), (user.FirstName, user.LastName, user.Email, user.ProvisionedBy));
        real.Browser.Cookies.Remove("session");
        using var old = real.Visitor;
        real.Visitor = new(real.Idp.Url); // the session there is over
        await real.Idp.ChangeAsync(settings => settings with { Accounts = [RealSaml.AccountOf("Hargreaves")] });
        OidcScene.IsIn(await real.SignInAsync());
        Assert.Equal((user.Id, "Hargreaves"), ((await real.UserAsync()).Id, (await real.UserAsync()).LastName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_starts_at_the_provider_comes_in_only_where_that_was_allowed(bool isAllowed)
    {
        await using var real = await RealSaml.StartAsync(settings => settings with { IdpInitiated = isAllowed });
        var answer = await real.TypeAsync(await real.Visitor.GoAsync(real.Idp.IdpInitiatedUrl(real.EntityId, "https://evil.example/")));
        var page = await real.BringAsync(answer); // the first that this server hears of the provider: its metadata are fetched now
        if (isAllowed)
            OidcScene.IsIn(page);
        else
            await real.IsRefusedAsync(page, AssertionFlaw.Unsolicited);
        Assert.Equal(isAllowed, await real.IsInAsync());
    }

    [Theory]
    [InlineData(Binding.Redirect)]
    [InlineData(Binding.Post)]
    public async Task A_provider_that_wants_signed_requests_gets_them_whatever_the_settings_say(Binding binding)
    {
        await using var real = await RealSaml.StartAsync(
            settings => settings with { SignsRequests = false, RequestBinding = binding }, settings => settings with { VerifyRequests = true });
        OidcScene.IsIn(await real.SignInAsync());
        if (binding == Binding.Post)
            return;
        // It looks at the signature: without one there is no page to sign in at.
        using var stranger = new ProviderVisitor(real.Idp.Url);
        var sent = (await real.Browser.GetAsync(real.Provider.Path)).Location!;
        Assert.True((await stranger.GoAsync(sent)).Fields.ContainsKey("password"));
        using var other = new ProviderVisitor(real.Idp.Url);
        Assert.False((await other.GoAsync(sent.Split("&SigAlg=")[0])).Fields.ContainsKey("password"));
    }

    [Fact]
    public async Task An_encrypted_assertion_is_opened_and_one_in_clear_refused_where_it_must_be_encrypted()
    {
        await using var real = await RealSaml.StartAsync(settings => settings with { WantsEncryption = true }, settings => settings with { EncryptAssertion = true });
        OidcScene.IsIn(await real.SignInAsync());
        await real.Idp.ChangeAsync(settings => settings with { EncryptAssertion = false });
        await real.IsRefusedAsync(await real.SignInAsync(), AssertionFlaw.NotEncrypted);
    }

    [Fact]
    public async Task A_name_that_is_another_each_time_names_nobody()
    {
        await using var real = await RealSaml.StartAsync(null, settings => settings with { NameId = SamlNameId.Transient });
        await real.IsRefusedAsync(await real.SignInAsync(), AssertionFlaw.NoSubject);
    }

    [Fact]
    public async Task An_attribute_may_name_the_person_in_its_place_and_the_session_ends_by_its_index()
    {
        await using var real = await RealSaml.StartAsync(settings => settings with { SubjectAttribute = "uid" }, settings => settings with { NameId = SamlNameId.Transient });
        OidcScene.IsIn(await real.SignInAsync());
        OidcScene.IsIn(await real.SignInAsync());
        await using var db = real.Server.Database.NewContext();
        Assert.Equal("alice", Assert.Single(db.FederatedIdentities.Where(i => i.ProviderId == real.Provider.Id)).Subject);
        await LogoutTests.SignOutThereAsync(real);
        Assert.False(await real.IsInAsync());
    }

    [Fact]
    public async Task Requested_formats_and_contexts_reach_the_provider_and_are_held_to()
    {
        await using var real = await RealSaml.StartAsync(settings => settings with
        {
            NameIdFormat = SamlNameId.PersistentFormat,
            RequestedContexts = ["urn:oasis:names:tc:SAML:2.0:ac:classes:X509"],
        });
        await real.IsRefusedAsync(await real.SignInAsync(), AssertionFlaw.ContextNotMet);
        await real.Idp.ChangeAsync(settings => settings with { AuthnContext = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509" });
        using var old = real.Visitor;
        real.Visitor = new(real.Idp.Url);
        OidcScene.IsIn(await real.SignInAsync());
    }

    [Fact]
    public async Task A_wrong_answer_is_refused_and_the_same_person_comes_in_by_the_next()
    {
        await using var real = await RealSaml.StartAsync(null, settings => settings with { SignAssertion = false, SignResponse = false });
        await real.IsRefusedAsync(await real.SignInAsync(), AssertionFlaw.NotSigned);
        await real.Idp.ChangeAsync(settings => settings with { SignResponse = true });
        OidcScene.IsIn(await real.SignInAsync());
    }
}
