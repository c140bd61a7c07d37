using System.IO.Compression;
using System.Net;
using System.Text;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>What nobody's client sends: each is a fault that a client could read, and nothing is fetched, grown or waited for.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SoapHostileTests(Servers servers)
{
    const string Open = """<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body><login xmlns="urn:partner.soap.sforce.com">""";
    const string Login = "<username>a</username><password>b</password></login>";
    const string Close = "</se:Body></se:Envelope>";

    public static TheoryData<string, string, string> Bodies => new()
    {
        { "nothing", "", "XML_PARSER_ERROR" },
        { "no XML", "username=a&password=b", "XML_PARSER_ERROR" },
        { "JSON", """{"login":{}}""", "XML_PARSER_ERROR" },
        { "document type", """<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">""" + Open + Login + Close, "XML_PARSER_ERROR" },
        { "external entity", """<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>""" + Open + "<username>&e;</username><password>b</password></login>" + Close, "XML_PARSER_ERROR" },
        { "billion laughs", """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>""" + Open + "<username>&b;</username><password>b</password></login>" + Close, "XML_PARSER_ERROR" },
        { "undeclared entity", Open + "<username>&e;</username><password>b</password></login>" + Close, "XML_PARSER_ERROR" },
        { "deep", Open + string.Concat(Enumerable.Repeat("<a>", 5_000)), "XML_PARSER_ERROR" },
        { "deep and closed", Open + string.Concat(Enumerable.Repeat("<a>", 50)) + string.Concat(Enumerable.Repeat("</a>", 50)) + "</login>" + Close, "XML_PARSER_ERROR" },
        { "huge", Open + "<username>" + new string('a', 200_000) + "</username></login>" + Close, "XML_PARSER_ERROR" },
        { "many attributes", Open.Replace("<login ", "<login " + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"a{i}='' ")) + "a1='' ", StringComparison.Ordinal) + Login + Close, "XML_PARSER_ERROR" },
        { "broken off", Open + Login, "XML_PARSER_ERROR" },
        { "broken after the call", Open + Login + Close + "<", "XML_PARSER_ERROR" },
        { "NUL", Open + "<username>a\0</username><password>b</password></login>" + Close, "XML_PARSER_ERROR" },
        { "NUL as a reference", Open + "<username>a&#0;</username><password>b</password></login>" + Close, "XML_PARSER_ERROR" },
        { "two bodies", Open + Login + "</se:Body><se:Body>" + Open[Open.IndexOf("<login", StringComparison.Ordinal)..] + Login + Close, "XML_PARSER_ERROR" },
        { "two calls", Open + Login + """<logout xmlns="urn:partner.soap.sforce.com"/>""" + Close, "XML_PARSER_ERROR" },
        { "header after the body", Open + Login + "</se:Body><se:Header/></se:Envelope>", "XML_PARSER_ERROR" },
        { "no body", """<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"/>""", "XML_PARSER_ERROR" },
        { "empty body", """<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body/></se:Envelope>""", "XML_PARSER_ERROR" },
        { "text in the body", """<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body>login</se:Body></se:Envelope>""", "XML_PARSER_ERROR" },
        { "no envelope", "<login/>", "XML_PARSER_ERROR" },
        { "SOAP 1.2", Open.Replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope", StringComparison.Ordinal) + Login + Close, "XML_PARSER_ERROR" },
        { "other namespace", Open.Replace("urn:partner", "urn:enterprise", StringComparison.Ordinal) + Login + Close, "INVALID_OPERATION" },
        { "no namespace", Open.Replace("""xmlns="urn:partner.soap.sforce.com" """.Trim(), "", StringComparison.Ordinal) + Login + Close, "INVALID_OPERATION" },
        { "unknown call", Open.Replace("<login", "<query", StringComparison.Ordinal) + "</query>" + Close, "INVALID_OPERATION" },
        { "password twice", Open + "<username>a</username><password>b</password><password>c</password></login>" + Close, "XML_PARSER_ERROR" },
        { "elements in a password", Open + "<username>a</username><password><b/></password></login>" + Close, "XML_PARSER_ERROR" },
        { "no password", Open + "<username>a</username></login>" + Close, "MISSING_ARGUMENT" },
        { "no username", Open + "<password>b</password></login>" + Close, "MISSING_ARGUMENT" },
        { "unknown encoding", """<?xml version="1.0" encoding="x-nothing"?>""" + Open + Login + Close, "XML_PARSER_ERROR" },
        { "UTF-7", """<?xml version="1.0" encoding="utf-7"?>""" + Open + Login + Close, "XML_PARSER_ERROR" },
        { "wrong UTF-16", """<?xml version="1.0" encoding="utf-16"?>""" + Open + Login + Close, "XML_PARSER_ERROR" },
        { "session twice", Open.Replace("<se:Body>", """<se:Header xmlns="urn:partner.soap.sforce.com"><SessionHeader><sessionId>a</sessionId><sessionId>b</sessionId></SessionHeader></se:Header><se:Body>""", StringComparison.Ordinal) + Login + Close, "XML_PARSER_ERROR" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Every_bad_body_is_a_fault(string name, string body, string code)
    {
        Assert.NotEmpty(name);
        (await (await SceneAsync()).PostAsync(body)).Faults(code);
    }

    [Theory]
    [InlineData("/services/Soap")]
    [InlineData("/services/Soap/u")]
    [InlineData("/services/Soap/m/64.0")]
    [InlineData("/services/Soap/uc/64.0")]
    [InlineData("/services/Soap/u/64.0/a/b")]
    public async Task Every_other_path_is_a_fault(string path) =>
        (await (await SceneAsync()).PostAsync(SoapScene.LoginEnvelope("a", "b"), path)).Faults("INVALID_OPERATION");

    [Fact]
    public async Task Bytes_that_are_no_text_are_a_fault()
    {
        var scene = await SceneAsync();
        byte[][] bodies = [[0xff, 0xfe, 0xff], [.. Encoding.UTF8.GetBytes(Open + "<username>"), 0xc3, 0x28, .. Encoding.UTF8.GetBytes("</username></login>" + Close)], new byte[4096]];
        foreach (var body in bodies)
            (await scene.PostAsync("", change: request => request.Content = SoapScene.Xml(body))).Faults("XML_PARSER_ERROR");
    }

    [Fact]
    public async Task Another_charset_is_a_fault() => (await (await SceneAsync()).PostAsync(
        Open + Login + Close, change: request => request.Content!.Headers.ContentType!.CharSet = "iso-8859-15")).Faults("XML_PARSER_ERROR");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_does_not_decompress_or_grows_is_a_fault(bool grows)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Open + new string(' ', grows ? 50_000_000 : 10_000) + Login + Close), TestContext.Current.CancellationToken);
        var bytes = grows ? packed.ToArray() : packed.ToArray()[..40];
        (await (await SceneAsync()).PostAsync("", change: request => request.Content = SoapScene.Xml(bytes, "gzip"))).Faults("XML_PARSER_ERROR");
    }

    [Fact]
    public async Task Two_megabytes_are_a_fault_or_the_connection_ends()
    {
        var scene = await SceneAsync();
        try
        {
            (await scene.PostAsync(new string(' ', 2_000_000))).Faults("XML_PARSER_ERROR");
        }
        catch (HttpRequestException)
        {
            // Kestrel closes a connection on whose body nobody waits; what matters is the next one.
        }
        (await scene.LoginAsync()).Holds();
    }

    [Fact]
    public async Task What_is_written_back_is_escaped()
    {
        var scene = await SceneAsync();
        await scene.User.ChangeAsync(user => user.LastName = "<x/>&\"\u0001");
        var reply = await scene.LoginAsync();
        reply.Holds();
        Assert.Equal("Test <x/>&\"\uFFFD", WebUtility.HtmlDecode(reply["userFullName"]));
        Assert.NotNull(reply.Body);
    }

    async Task<SoapScene> SceneAsync() => await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
}
