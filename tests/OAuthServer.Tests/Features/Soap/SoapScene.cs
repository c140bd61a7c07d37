using System.Net;
using System.Net.Http.Headers;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>A user of an organization that has SOAP login on, and the calls that clients make.</summary>
public sealed class SoapScene
{
    public const string Partner = "urn:partner.soap.sforce.com";
    public const string Enterprise = "urn:enterprise.soap.sforce.com";
    public const string Path = "/services/Soap/u/64.0";
    const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";

    SoapScene(TestServer server, TestOrg org, TestUser user) => (Server, Org, User) = (server, org, user);

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public TestUser User { get; }

    public static async Task<SoapScene> NewAsync(TestServer server, ProfileSettings? profile = null, TestOrg? org = null)
    {
        org ??= await TestOrg.AddAsync(server);
        var user = await org.UserAsync(profile);
        await server.NoticeAsync();
        return new(server, org, user);
    }

    /// <summary>An envelope as most clients write it.</summary>
    public static string Envelope(string call, string contents, string? headers = null, string apiNamespace = Partner) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><se:Envelope xmlns:se="{Soap11}"><se:Header xmlns="{apiNamespace}">{headers}</se:Header><se:Body><{call} xmlns="{apiNamespace}">{contents}</{call}></se:Body></se:Envelope>""";

    public static string LoginEnvelope(string username, string password, string? headers = null) =>
        Envelope("login", $"<username>{Text(username)}</username><password>{Text(password)}</password>", headers);

    public static string Text(string text) => SecurityElement.Escape(text);

    /// <summary>Posts a body as it is.</summary>
    public async Task<SoapReply> PostAsync(string body, string path = Path, string from = TestServer.Outside, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Address.ToString().TrimEnd('/') + path)) { Content = Xml(Encoding.UTF8.GetBytes(body)) };
        change?.Invoke(request);
        return new(await Server.SendAsync(request, from));
    }

    public static ByteArrayContent Xml(byte[] body, string? encoding = null)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse("text/xml; charset=UTF-8") } };
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    public Task<SoapReply> LoginAsync(string from = TestServer.Office, string appended = "", string? headers = null, string path = Path, TestUser? user = null) =>
        PostAsync(LoginEnvelope((user ?? User).Username, (user ?? User).Password + appended, headers), path, from);

    /// <summary>The session of a login that holds.</summary>
    public async Task<string> SessionAsync(TestUser? user = null) => (await LoginAsync(user: user))["sessionId"];

    /// <summary>Makes a call within a session.</summary>
    public Task<SoapReply> CallAsync(string? session, string call, string contents = "", string path = Path) =>
        PostAsync(Envelope(call, contents, session is null ? null : $"<SessionHeader><sessionId>{Text(session)}</sessionId></SessionHeader>"), path);

    /// <summary>An OAuth token of this scope, by the office's password login.</summary>
    public async Task<string> TokenAsync(string scopes, Dialect dialect = Dialect.Salesforce, TestUser? user = null)
    {
        var app = await Org.AppAsync(TestOrg.SalesforceApp with { Dialect = dialect, Scopes = scopes.Split(' ') });
        await Server.NoticeAsync();
        var answer = await (user ?? User).LoginAsync(app, TestServer.Office);
        answer.IsAllowed();
        return answer["access_token"]!;
    }
}

/// <summary>A SOAP answer, read as XML and, where clients do so, by their expressions.</summary>
public sealed record SoapReply(Answer Answer)
{
    public HttpStatusCode Status => Answer.Status;

    public string Text => Answer.Text;

    public XElement Body => XDocument.Parse(Text).Root!.Elements().Single(element => element.Name.LocalName == "Body");

    /// <summary>jsforce's way: a plain tag and its text.</summary>
    public string this[string element] => Plain(element).Match(Text) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException($"No <{element}>: {Text}");

    public string FaultCode => this["faultcode"];

    public string ExceptionCode => this["sf:exceptionCode"];

    public string Message => WebUtility.HtmlDecode(this["sf:exceptionMessage"]);

    public void Holds() => Assert.True(Status == HttpStatusCode.OK, $"{(int)Status}: {Text}");

    /// <summary>A fault of this code, complete in every part that a client reads.</summary>
    public void Faults(string code, string type = "UnexpectedErrorFault")
    {
        Assert.True(Status == HttpStatusCode.InternalServerError && Answer.ContentType == "text/xml; charset=UTF-8", $"{(int)Status}: {Text}");
        Assert.Equal((code, code), (ExceptionCode, this["faultstring"].Split(':')[0]));
        var fault = Body.Elements().Single();
        Assert.Equal(["faultcode", "faultstring", "detail"], fault.Elements().Select(element => element.Name.ToString()));
        var detail = fault.Element("detail")!.Elements().Single();
        Assert.Equal((type, "sf:" + type), (detail.Name.LocalName, detail.Attributes().Single(attribute => attribute.Name.LocalName == "type").Value));
        Assert.Equal(type == "LoginFault" ? code : "sf:" + code, FaultCode);
    }

    static Regex Plain(string element) => new($"<{element}>([^<]+)</{element}>", RegexOptions.None, TimeSpan.FromSeconds(1));
}
