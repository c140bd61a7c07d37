using System.Net;
using System.Text;
using System.Xml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>Requests written down by hand in the forms of unmodified clients (Salesforce contract, section 2), and their answers read as those clients read them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SoapClientFormTests(Servers servers)
{
    [Fact]
    public async Task Jsforce_logs_in_and_out()
    {
        var scene = await SceneAsync();
        var reply = await scene.PostAsync(
            $"""<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body><login xmlns="urn:partner.soap.sforce.com"><username>{scene.User.Username}</username><password>{scene.User.Password}</password></login></se:Body></se:Envelope>""",
            "/services/Soap/u/50.0", TestServer.Office, Jsforce);
        reply.Holds();
        Assert.All(["serverUrl", "sessionId", "userId", "organizationId"], element => Assert.NotEmpty(reply[element]));
        Assert.DoesNotContain("<passwordExpired>true", reply.Text, StringComparison.Ordinal);
        var logout = await scene.PostAsync(
            $"""<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>{reply["sessionId"]}</sessionId></SessionHeader></se:Header><se:Body><logout xmlns="urn:partner.soap.sforce.com"/></se:Body></se:Envelope>""",
            "/services/Soap/u/50.0", change: Jsforce);
        logout.Holds();
        var dead = await scene.CallAsync(reply["sessionId"], "getUserInfo");
        Assert.Equal(HttpStatusCode.InternalServerError, dead.Status);
        Assert.Matches(@"<faultcode>[a-zA-Z]+:INVALID_SESSION_ID</faultcode>", dead.Text);

        static void Jsforce(HttpRequestMessage request)
        {
            request.Content!.Headers.ContentType = new("text/xml");
            request.Headers.Add("SOAPAction", "\"\"");
            request.Headers.TryAddWithoutValidation("User-Agent", "undici");
            request.Headers.TransferEncodingChunked = true;
        }
    }

    [Fact]
    public async Task Jsforce_shows_the_fault_string_of_a_refusal()
    {
        var scene = await SceneAsync();
        var reply = await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, "wrong"), "/services/Soap/u/50.0");
        Assert.StartsWith("INVALID_LOGIN: Invalid username, password, security token; or user locked out.", reply["faultstring"], StringComparison.Ordinal);
        Assert.Contains("<faultcode>INVALID_LOGIN</faultcode>", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<n1:LoginScopeHeader><n1:organizationId>{org}</n1:organizationId></n1:LoginScopeHeader>")]
    public async Task Simple_salesforce_logs_in(string scope)
    {
        var scene = await SceneAsync();
        string Envelope(string password) => $"""
            <?xml version="1.0" encoding="utf-8" ?>
            <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:n1="urn:partner.soap.sforce.com">
                <soapenv:Header>
                    <urn:CallOptions>
                        <urn:client>simple-salesforce</urn:client>
                        <urn:defaultNamespace>sf</urn:defaultNamespace>
                    </urn:CallOptions>
                    {scope.Replace("{org}", scene.Org.Id, StringComparison.Ordinal)}
                </soapenv:Header>
                <soapenv:Body>
                    <n1:login>
                        <n1:username>{scene.User.Username}</n1:username>
                        <n1:password>{password}</n1:password>
                    </n1:login>
                </soapenv:Body>
            </soapenv:Envelope>
            """;
        var token = await scene.User.ReceiveTokenAsync();
        var reply = await scene.PostAsync(Envelope(scene.User.Password + token), "/services/Soap/u/59.0", change: Python);
        reply.Holds();
        Assert.Equal(scene.Org.Id + "!", ByTag(reply, "sessionId")[..16]);
        Assert.Equal("localhost:5000", ByTag(reply, "serverUrl").Replace("http://", "", StringComparison.Ordinal).Split('/')[0].Replace("-api", "", StringComparison.Ordinal));
        Assert.Equal("simple-salesforce", (await scene.Server.RecordAsync(reply.Answer)).ClientVersion);

        var refused = await scene.PostAsync(Envelope("wrong"), "/services/Soap/u/59.0", change: Python);
        Assert.NotEqual(HttpStatusCode.OK, refused.Status);
        Assert.Equal("INVALID_LOGIN", ByTag(refused, "sf:exceptionCode"));
        Assert.StartsWith("Invalid username, password, security token; or user locked out.", ByTag(refused, "sf:exceptionMessage"), StringComparison.Ordinal);

        static void Python(HttpRequestMessage request)
        {
            request.Content!.Headers.ContentType = new("text/xml");
            request.Headers.TryAddWithoutValidation("charset", "UTF-8");
            request.Headers.TryAddWithoutValidation("SOAPAction", "login");
        }
    }

    [Theory]
    [InlineData("//services/Soap/u/64.0/")]
    [InlineData("/services/Soap/u/64.0")]
    public async Task Data_loader_logs_in_asks_and_logs_out(string path)
    {
        var scene = await SceneAsync();
        var reply = await scene.PostAsync("", path, TestServer.Office, request => WscWire.DataLoader(request, WscWire.Envelope("login", $"<m:username>{scene.User.Username}</m:username><m:password>{scene.User.Password}</m:password>")));
        reply.Holds();
        WscLogin.MustRead(reply.Text);
        Assert.Equal("64.0", reply["serverUrl"].Split("/services/Soap/u/")[1][..4]);
        var next = new Uri(reply["serverUrl"]).AbsolutePath;
        var session = $"<m:SessionHeader><m:sessionId>{reply["sessionId"]}</m:sessionId></m:SessionHeader>";
        (await scene.PostAsync("", next, change: request => WscWire.DataLoader(request, WscWire.Envelope("getUserInfo", "", session)))).Holds();
        (await scene.PostAsync("", next, change: request => WscWire.DataLoader(request, WscWire.Envelope("logout", "", session)))).Holds();
        var dead = await scene.PostAsync("", next, change: request => WscWire.DataLoader(request, WscWire.Envelope("getUserInfo", "", session)));
        dead.Faults("INVALID_SESSION_ID");
        Assert.Matches("Session timed out|Session not found|Illegal Session", dead["faultstring"]);
    }

    [Fact]
    public async Task Data_loader_asks_with_the_token_of_its_web_login()
    {
        var scene = await SceneAsync();
        var token = await scene.TokenAsync("api");
        (await scene.PostAsync("", "//services/Soap/u/64.0/", change: request => WscWire.DataLoader(request, WscWire.Envelope("getUserInfo", "", $"<m:SessionHeader><m:sessionId>{token}</m:sessionId></m:SessionHeader>")))).Holds();
    }

    [Fact]
    public async Task Go_soapforce_logs_in()
    {
        var scene = await SceneAsync();
        var reply = await scene.PostAsync(
            $"""<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header xmlns="http://schemas.xmlsoap.org/soap/envelope/"></Header><Body xmlns="http://schemas.xmlsoap.org/soap/envelope/"><login xmlns="urn:partner.soap.sforce.com"><username>{scene.User.Username}</username><password>{scene.User.Password}</password></login></Body></Envelope>""",
            "/services/Soap/u/38.0", TestServer.Office, request => request.Headers.TryAddWithoutValidation("SOAPAction", "''"));
        reply.Holds();
        var result = reply.Body.Elements().Single().Elements().Single();
        Assert.Equal(reply["sessionId"], result.Element(System.Xml.Linq.XName.Get("sessionId", SoapScene.Partner))!.Value);
    }

    [Fact]
    public async Task A_byte_order_mark_and_other_prefixes_do_no_harm()
    {
        var scene = await SceneAsync();
        var body = Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(
            SoapScene.LoginEnvelope(scene.User.Username, scene.User.Password).Replace("se:", "q1:", StringComparison.Ordinal).Replace(":se=", ":q1=", StringComparison.Ordinal))).ToArray();
        (await scene.PostAsync("", SoapScene.Path, TestServer.Office, request => request.Content = SoapScene.Xml(body))).Holds();
    }

    /// <summary>simple-salesforce's way: minidom, by the whole name, and then the text.</summary>
    static string ByTag(SoapReply reply, string name)
    {
        var document = new XmlDocument();
        document.LoadXml(reply.Text);
        return document.GetElementsByTagName(name)[0]!.FirstChild!.Value!;
    }

    async Task<SoapScene> SceneAsync() => await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
}
