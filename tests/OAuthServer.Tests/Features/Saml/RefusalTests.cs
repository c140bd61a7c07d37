using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>Answers that do not hold, at the assertion consumer service: nobody comes in, and the record says exactly why.</summary>
[Collection(nameof(SamlServersCollection))]
public sealed class RefusalTests(SamlServers servers)
{
    static readonly Dictionary<string, (AssertionFlaw Flaw, Func<SignedSaml, string, string> Answer)> Wrong = new(StringComparer.Ordinal)
    {
        ["unsigned"] = (AssertionFlaw.NotSigned, (saml, handle) => saml.Response(handle)),
        ["signed by a stranger"] = (AssertionFlaw.SignatureInvalid, (saml, handle) => new SamlSigner { Key = Private(Stranger) }.SignElement(saml.Response(handle), "_response")),
        ["changed after it was signed"] = (AssertionFlaw.SignatureInvalid, (saml, handle) => saml.Signed(handle).With(Alice, Victim)),
        ["of another issuer"] = (AssertionFlaw.WrongIssuer, (saml, handle) => Sign(saml.Response(handle).With(Idp, "https://other.test/saml"))),
        ["for another service provider"] = (AssertionFlaw.WrongAudience, (saml, handle) => Sign(saml.Response(handle).With($"<saml:Audience>{saml.EntityId}<", "<saml:Audience>https://other.test<"))),
        ["for another recipient"] = (AssertionFlaw.WrongRecipient, (saml, handle) => Sign(saml.Response(handle).With($"Recipient=\"{saml.Acs}\"", "Recipient=\"https://other.test/acs\""))),
        ["for another destination"] = (AssertionFlaw.WrongDestination, (saml, handle) => Sign(saml.Response(handle).With($"Destination=\"{saml.Acs}\"", "Destination=\"https://other.test/acs\""))),
        ["to another request"] = (AssertionFlaw.NotAsked, (saml, handle) => saml.Signed(SsoRequests.NewHandle())),
        ["to none"] = (AssertionFlaw.Unsolicited, (saml, _) => saml.Signed(null)),
        ["expired"] = (AssertionFlaw.Expired, (saml, handle) => Sign(saml.Response(handle).With($"NotOnOrAfter=\"{At(10)}\"", $"NotOnOrAfter=\"{At(-4)}\""))),
        ["of the future"] = (AssertionFlaw.NotYetValid, (saml, handle) => Sign(saml.Response(handle).With($"NotBefore=\"{At(-5)}\"", $"NotBefore=\"{At(4)}\""))),
        ["that the provider refused"] = (AssertionFlaw.ProviderRefused, (saml, handle) => Sign(saml.Response(handle).With(SamlNames.Success, SamlNames.Responder))),
        ["with a document type"] = (AssertionFlaw.DocumentType, (saml, handle) => "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + saml.Signed(handle)),
        ["that is no XML"] = (AssertionFlaw.Malformed, (_, _) => "<samlp:Response"),
        ["in clear"] = (AssertionFlaw.NotEncrypted, (saml, handle) => saml.Signed(handle)),
    };

    public static TheoryData<string> Answers => [.. Wrong.Keys];

    [Theory, MemberData(nameof(Answers))]
    public async Task An_answer_that_does_not_hold_is_recorded_with_its_reason(string name)
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"), settings => settings with { WantsEncryption = name == "in clear" });
        await saml.LinkedUserAsync();
        var handle = await saml.LeaveAsync();
        await saml.IsRefusedAsync(await saml.PostAsync(Wrong[name].Answer(saml, handle), handle), Wrong[name].Flaw);
    }

    [Fact]
    public async Task No_answer_and_one_of_a_megabyte_are_recorded_too()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.IsRefusedAsync(await saml.SendAsync(saml.Browser, "/acs"), AssertionFlaw.Malformed);
        await saml.IsRefusedAsync(await saml.SendAsync(saml.Browser, "/acs", ("SAMLResponse", "%&$")), AssertionFlaw.Malformed);
        await saml.IsRefusedAsync(await saml.SendAsync(saml.Browser, "/acs", ("SAMLResponse", new string('A', 1024 * 1024))), AssertionFlaw.TooLarge);
        await saml.IsRefusedAsync(await saml.SendAsync(saml.Browser, "/acs", ("SAMLResponse", new string('A', 300 * 1024))), AssertionFlaw.TooLarge);
    }

    [Fact]
    public async Task An_answer_to_another_browsers_request_opens_nothing_and_leaves_that_request_open()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.LinkedUserAsync();
        var thief = new TestBrowser(saml.Server, TestServer.Outside);
        await saml.LeaveAsync(thief);
        var handle = await saml.LeaveAsync();
        var answer = saml.Signed(handle);
        await saml.IsRefusedAsync(await saml.PostAsync(answer, handle, thief), AssertionFlaw.NotAsked, thief);
        await saml.IsRefusedAsync(await saml.PostAsync(answer, handle, new(saml.Server)), AssertionFlaw.NotAsked);
        SignedSaml.IsIn(await saml.PostAsync(answer, handle));
    }

    [Fact]
    public async Task An_answer_to_another_request_of_the_same_browser_is_refused()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.LinkedUserAsync();
        var (first, second) = (await saml.LeaveAsync(), await saml.LeaveAsync());
        await saml.IsRefusedAsync(await saml.PostAsync(saml.Signed(first), second), AssertionFlaw.NotAsked);
        SignedSaml.IsIn(await saml.PostAsync(saml.Signed(first), "lost by the provider")); // each of two tabs comes back
    }

    [Fact]
    public async Task An_answer_for_one_provider_opens_no_other_though_both_are_the_same_software()
    {
        var server = await servers.OnAsync("SQLite");
        var (ours, theirs) = (await SignedSaml.NewAsync(server), await SignedSaml.NewAsync(server));
        var (alice, other) = (await ours.LinkedUserAsync(), await theirs.LinkedUserAsync());
        var handle = await theirs.LeaveAsync(ours.Browser);
        await theirs.IsRefusedAsync(await theirs.PostAsync(ours.Signed(handle), handle, ours.Browser), AssertionFlaw.WrongDestination, ours.Browser);
        // The envelope of an answer whose assertion alone is signed can be rewritten; the assertion still says for whom it is.
        handle = await theirs.LeaveAsync(ours.Browser);
        var response = ours.Response(handle);
        var signed = SamlSigner.Sign(response, Parse(response).One("Assertion").GetAttribute("ID")).With($"Destination=\"{ours.Acs}\"", $"Destination=\"{theirs.Acs}\"");
        await theirs.IsRefusedAsync(await theirs.PostAsync(signed, handle, ours.Browser), AssertionFlaw.WrongAudience, ours.Browser);
        // The same subject is somebody else at each.
        await theirs.SignInAsync(ours.Browser);
        Assert.Contains(other.Username, (await ours.Browser.GetAsync("/logout")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain(alice.Username, (await ours.Browser.GetAsync("/logout")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_refused_when_its_time_is_over()
    {
        await using var server = await TestServer.StartAsync(now: Now);
        var saml = await SignedSaml.NewAsync(server);
        await saml.LinkedUserAsync();
        var (early, late) = (await saml.LeaveAsync(), await saml.LeaveAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(7.9)); // five minutes, and three by which clocks may differ
        SignedSaml.IsIn(await saml.PostAsync(saml.Signed(early), early));
        saml.Browser.Cookies.Remove("session");
        server.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await saml.IsRefusedAsync(await saml.PostAsync(saml.Signed(late), late), AssertionFlaw.Expired);
    }

    [Fact]
    public async Task A_provider_that_is_switched_off_or_speaks_another_protocol_has_no_door()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        var oidc = await saml.Org.ProviderAsync(new() { Label = "OpenID", Oidc = new() { Issuer = "https://op.test", ClientId = "us" } });
        foreach (var path in new[] { $"/sso/{saml.Provider.Org.Alias}/nobody", "/sso/nobody/" + saml.Provider.Row.Name, oidc.Path })
        {
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await saml.Browser.GetAsync(path + "/metadata")).Status);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await saml.Browser.GetAsync(path + "/slo")).Status);
            var answer = await saml.Browser.SendAsync(new(HttpMethod.Post, path + "/acs") { Content = new FormUrlEncodedContent([]) });
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.Status);
        }
    }

    static string Sign(string response) => SamlSigner.Sign(response, "_response");
}
