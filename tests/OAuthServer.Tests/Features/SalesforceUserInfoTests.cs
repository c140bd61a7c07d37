using System.Collections.Specialized;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Web;
using System.Xml.Linq;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Userinfo in the salesforce dialect: its three representations, and the members that are worked out.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceUserInfoTests(Servers servers)
{
    const string Path = "/services/oauth2/userinfo";

    [Theory]
    [InlineData("xml", null)]
    [InlineData("xml", "application/json")]
    [InlineData(null, "application/xml")]
    [InlineData(null, "Application/XML;q=0.5, application/json")]
    public async Task Xml_says_what_json_says(string? format, string? accept)
    {
        var (scene, token) = await NamedAwkwardlyAsync();
        var answer = await AskAsync(scene, token, format, accept);
        Assert.Equal("application/xml; charset=UTF-8", answer.ContentType);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var root = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("user", root.Name);
        AssertSame((await scene.UserInfoAsync(token)).Json, root);

        static void AssertSame(JsonElement json, XElement xml)
        {
            Assert.Equal(json.EnumerateObject().Select(member => member.Name), xml.Elements().Select(element => element.Name.LocalName));
            foreach (var (member, element) in json.EnumerateObject().Zip(xml.Elements()))
            {
                if (member.Value.ValueKind == JsonValueKind.Object)
                    AssertSame(member.Value, element);
                else
                    Assert.Equal(Text(member.Value).Replace('\u0001', '\uFFFD'), element.Value); // which XML cannot hold
            }
        }
    }

    [Theory]
    [InlineData("urlencoded", null)]
    [InlineData("urlencoded", "application/xml")]
    [InlineData(null, "application/x-www-form-urlencoded")]
    public async Task A_form_says_what_json_says_with_dotted_names(string? format, string? accept)
    {
        var (scene, token) = await NamedAwkwardlyAsync();
        var answer = await AskAsync(scene, token, format, accept);
        Assert.Equal("application/x-www-form-urlencoded; charset=UTF-8", answer.ContentType);
        var form = HttpUtility.ParseQueryString(answer.Text);
        Assert.Equal("http://localhost:5000/profilephoto/005/T", form["photos.thumbnail"]);
        Assert.Equal(Count((await scene.UserInfoAsync(token)).Json, "", form), form.Count);

        static int Count(JsonElement json, string prefix, NameValueCollection form)
        {
            var count = 0;
            foreach (var member in json.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Object)
                {
                    count += Count(member.Value, member.Name + ".", form);
                    continue;
                }
                Assert.Equal(Text(member.Value), form[prefix + member.Name]);
                count++;
            }
            return count;
        }
    }

    [Theory]
    [InlineData("json", "application/xml")]
    [InlineData("nonsense", null)]
    [InlineData(null, "*/*")]
    [InlineData(null, "text/html, application/xml")]
    [InlineData(null, "application/json, application/xml")]
    public async Task Otherwise_it_is_json(string? format, string? accept)
    {
        var scene = await SceneAsync();
        Assert.Equal("application/json; charset=UTF-8", (await AskAsync(scene, await scene.AccessTokenAsync(), format, accept)).ContentType);
    }

    [Fact]
    public async Task The_format_may_stand_in_the_body()
    {
        var scene = await SceneAsync();
        var answer = await scene.Server.PostAsync(TestServer.Outside, Path, ("oauth_token", await scene.AccessTokenAsync()), ("format", "xml"));
        Assert.Equal(RecordId.Long(scene.User.Id), XDocument.Parse(answer.Text).Root!.Element("user_id")!.Value);
    }

    [Fact]
    public async Task No_callback_is_called()
    {
        var scene = await SceneAsync();
        var answer = await scene.Server.SendAsync(new(HttpMethod.Get, $"{Path}?callback=alert&oauth_token={await scene.AccessTokenAsync()}"));
        Assert.StartsWith("{", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standard_app_gets_json_whatever_it_asks_for()
    {
        var scene = await SceneAsync(TestOrg.StandardApp);
        Assert.Equal("application/json; charset=UTF-8", (await AskAsync(scene, await scene.AccessTokenAsync(), "xml", "application/xml")).ContentType);
    }

    [Theory]
    [InlineData("UTC", 0)]
    [InlineData("America/Los_Angeles", -28_800_000)]
    [InlineData("Asia/Kolkata", 19_800_000)]
    [InlineData("Nowhere/Else", 0)]
    public async Task The_offset_is_the_zones_own_in_summer_and_winter(string zone, long offset)
    {
        var scene = await SceneAsync();
        await scene.ChangeUserAsync(user => user.TimeZone = zone);
        Assert.Equal(offset, (await scene.UserInfoAsync(await scene.AccessTokenAsync())).Json.GetProperty("utcOffset").GetInt64());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_integration_user_is_one_for_programs_only(bool apiOnly)
    {
        var scene = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp, new ProfileSettings { ApiOnly = apiOnly });
        Assert.Equal(apiOnly, (await scene.UserInfoAsync(await scene.AccessTokenAsync())).Json.GetProperty("is_salesforce_integration_user").GetBoolean());
    }

    async Task<(OAuthScene, string Token)> NamedAwkwardlyAsync()
    {
        var scene = await SceneAsync();
        await scene.ChangeUserAsync(user => (user.FirstName, user.LastName) = ("<Zoë> 🙂", "O'Neill & \"Sons\"\u0001+ % ="));
        return (scene, await scene.AccessTokenAsync());
    }

    static Task<Answer> AskAsync(OAuthScene scene, string token, string? format, string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, format is null ? Path : $"{Path}?format={format}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return scene.Server.SendAsync(request);
    }

    static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    async Task<OAuthScene> SceneAsync(Apps.AppSettings? settings = null) => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), settings ?? TestOrg.SalesforceApp);
}
