using System.Net;
using OAuthServer.Data;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.Soap;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Recorded;

/// <summary>
/// Data Loader's login at a browser, as its source makes it: its endpoint ends in a slash, so its paths begin with two; it listens at the first free port from 7171 on
/// (contract, section 1, no. 22 and section 2.4).
/// </summary>
[Collection(nameof(ServersCollection))]
public sealed class DataLoaderTests(Servers servers)
{
    const string Token = "//services/oauth2/token";

    /// <summary>Then it asks who it is by SOAP, at instance_url and the version of its own library, and once more one version lower where that one is unknown.</summary>
    [Theory]
    [InlineData("SQLite", "DataLoaderPartnerUI/", 7171)]
    [InlineData("SQLite", "DataLoaderPartnerUI/", 7172)]
    [InlineData("SQLite", "DataLoaderBulkUI/", 7270)]
    [InlineData("PostgreSQL", "DataLoaderPartnerUI/", 7171)]
    public async Task It_signs_a_person_in_and_asks_who_that_is(string database, string clientId, int port)
    {
        var scene = await BuiltInScene.NewAsync(await servers.OnAsync(database), clientId);
        var redirectUri = $"http://localhost:{port}/OauthRedirect";
        var (client, callback) = (WebUtility.UrlEncode(clientId), WebUtility.UrlEncode(redirectUri));
        const string state = "FRcVmHGhPQe5h5UkUbGDZA";
        var page = await scene.VisitAsync(
            $"//services/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={callback}&scope=api&state={state}&code_challenge={AuthorizeScene.ChallengeOf(BuiltInScene.Verifier)}&code_challenge_method=S256");
        Assert.StartsWith(redirectUri + "?", page.Location, StringComparison.Ordinal);
        Assert.Equal((state, null), (page.Parameter("state"), page.Parameter("error")));

        var answer = await Wire.PostAsync(
            scene.Server, Token, $"grant_type=authorization_code&client_id={client}&code={WebUtility.UrlEncode(page.Parameter("code"))}&redirect_uri={callback}&code_verifier={BuiltInScene.Verifier}");
        answer.IsAllowed();
        Assert.Equal((null, "http://localhost:5000"), (answer["refresh_token"], answer["instance_url"]));

        var (soap, session) = (await SoapScene.NewAsync(scene.Server, org: scene.Org), WscWire.Session(answer["access_token"]));
        Task<SoapReply> CallAsync(string version, string call) =>
            soap.PostAsync("", $"/services/Soap/u/{version}/", TestServer.Office, request => WscWire.DataLoader(request, WscWire.Envelope(call, "", session)));
        var info = await CallAsync("67.0", "getUserInfo");
        info.Holds();
        WscLogin.MustReadUserInfo(info.Text);
        Assert.Equal((scene.User.Username, RecordId.Long(scene.User.Id)), (info["userName"], info["userId"]));

        // A later release than this server knows of.
        (await CallAsync("69.0", "getUserInfo")).Faults("UNSUPPORTED_API_VERSION");
        (await CallAsync("68.0", "getUserInfo")).Holds();

        (await CallAsync("67.0", "logout")).Holds();
        (await CallAsync("67.0", "getUserInfo")).Faults("INVALID_SESSION_ID");
    }

    [Fact]
    public async Task A_release_that_wants_to_come_again_gets_a_refresh_token()
    {
        const string redirectUri = "http://localhost:7171/OauthRedirect";
        var scene = await BuiltInScene.NewAsync(await servers.OnAsync("SQLite"), "DataLoaderPartnerUI/");
        var first = await scene.RedeemAsync((await scene.AuthorizeAsync(redirectUri, "api refresh_token")).Parameter("code"), redirectUri);
        var next = await scene.RefreshAsync(first["refresh_token"]);
        next.IsAllowed();
        Assert.Equal("api refresh_token", next["scope"]);
    }

    /// <summary>Some releases ask before which flows there are, with a code of nobody's: "invalid_client" anywhere in the answer would mean that there is none.</summary>
    [Fact]
    public async Task It_finds_out_which_flows_there_are_by_asking_for_them()
    {
        var scene = await BuiltInScene.NewAsync(await servers.OnAsync("SQLite"), "DataLoaderPartnerUI/");
        const string asked = "grant_type=authorization_code&client_id=DataLoaderPartnerUI%2F&code=dummy&redirect_uri=http%3A%2F%2Flocalhost%3A7171%2FOauthRedirect";
        (await Wire.PostAsync(scene.Server, Token, asked + "&code_challenge=dummychallenge&code_challenge_method=S256")).IsRefused("invalid_grant", "expired authorization code");
        (await Wire.PostAsync(scene.Server, Token, asked)).IsRefused("invalid_grant", "expired authorization code");
    }

    [Theory]
    [InlineData("http://localhost:7170/OauthRedirect")]
    [InlineData("http://localhost:7271/OauthRedirect")]
    [InlineData("http://localhost:7171/elsewhere")]
    [InlineData("http://localhost.evil.example:7171/OauthRedirect")]
    public async Task Its_answers_go_to_no_other_place(string redirectUri)
    {
        var scene = await BuiltInScene.NewAsync(await servers.OnAsync("SQLite"), "DataLoaderPartnerUI/");
        var page = await scene.AuthorizeAsync(redirectUri, "api");
        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        Assert.StartsWith("error=redirect_uri_mismatch&", page.Html, StringComparison.Ordinal);
    }
}
