using System.IO.Compression;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Features.Device;
using OAuthServer.Tests.Features.Soap;
using OAuthServer.Tests.Features.Token;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Honest requests of every endpoint that there is for clients of the salesforce dialect.</summary>
static class FuzzVendorRequests
{
    const string Form = "application/x-www-form-urlencoded";
    const string Xml = "text/xml; charset=UTF-8";
    const string Json = "application/json";
    const string Token = "/services/oauth2/token";
    const string Soap = "/services/Soap/u/64.0";

    internal static async Task<IReadOnlyList<Func<FuzzRequest>>> HonestAsync(TestServer server)
    {
        var scene = await SoapScene.NewAsync(server, new ProfileSettings { Permissions = new() { Administrator = true }, SecurityToken = new() { OffTrustedNetworks = false }, Lockout = new() { MaxInvalidAttempts = 0 } });
        return [.. await SoapAsync(scene), .. await RestAsync(scene), .. await TokenAsync(scene)];
    }

    /// <summary>True of an answer that shows that a request went to no endpoint, or not far into one: nothing would be found by spoiling it.</summary>
    internal static bool IsAtNoDoor(string answer) =>
        answer.AsSpan(9, 3) is "404" or "405" or "415" || new[] { "INVALID_SESSION_ID", "Bad_OAuth_Token", "XML_PARSER_ERROR", "JSON_PARSER_ERROR", "unsupported_grant_type" }.Any(word => answer.Contains(word, StringComparison.Ordinal));

    static async Task<IReadOnlyList<Func<FuzzRequest>>> SoapAsync(SoapScene scene)
    {
        var (session, ending) = (await scene.SessionAsync(), await scene.SessionAsync());
        var user = scene.User;
        string Within(string id, string call, string contents = "") => SoapScene.Envelope(call, contents, $"<SessionHeader><sessionId>{id}</sessionId></SessionHeader>");
        return
        [
            () => new("POST", Soap, Xml, SoapScene.LoginEnvelope(user.Username, user.Password)),
            () => new("POST", "//services/Soap/u/50.0/", Xml, SoapScene.LoginEnvelope(user.Username, "wrong", "<CallOptions><client>x</client></CallOptions>")),
            () => new("POST", "/services/Soap/c/59.0", Xml, SoapScene.LoginEnvelope(user.Username, user.Password).Replace(SoapScene.Partner, SoapScene.Enterprise, StringComparison.Ordinal)),
            () => Packed(new("POST", Soap, Xml, WscWire.Envelope("login", $"<m:username>{user.Username}</m:username><m:password>{user.Password}</m:password>"))),
            () => new("POST", Soap + "/" + scene.Org.Id, Xml, Within(session, "getUserInfo")),
            () => new("POST", Soap, Xml, Within(session, "getServerTimestamp")),
            () => new("POST", Soap, Xml, Within(session, "invalidateSessions", "<sessionIds>nonsense</sessionIds>")),
            () => new("POST", Soap, Xml, Within(session, "setPassword", $"<userId>{user.Id}</userId><password>short</password>")),
            () => new("POST", Soap, Xml, Within(session, "changeOwnPassword", "<oldPassword>wrong</oldPassword><newPassword>Battery-Staple-9</newPassword>")),
            () => new("POST", Soap, Xml, Within(session, "resetPassword", $"<userId>{RecordId.NewUser()}</userId>")),
            () => new("POST", Soap, Xml, Within(ending, "logout")),
        ];
    }

    static async Task<IReadOnlyList<Func<FuzzRequest>>> RestAsync(SoapScene scene)
    {
        var token = await scene.TokenAsync("full");
        var bearer = "Bearer " + token;
        var identity = $"/id/{RecordId.Long(scene.Org.Id)}/{RecordId.Long(scene.User.Id)}";
        var password = $"/services/data/v67.0/sobjects/User/{RecordId.Long(scene.User.Id)}/password";
        return
        [
            () => With(bearer, new("GET", identity + "?format=xml&version=latest", null, "")),
            () => new("GET", $"{identity}?oauth_token={token}", null, ""),
            () => new("POST", identity, Form, "oauth_token=" + token),
            () => new("GET", "/services/data", null, ""),
            () => With(bearer, new("GET", "/services/data/v67.0", null, "")),
            () => With(bearer, new("GET", "/services/data/v67.0/query?q=SELECT+Id%2C+Name+FROM+Organization", null, "")),
            () => With(bearer, new("GET", "/services/data/v67.0/limits", null, "")),
            () => With(bearer, new("GET", $"/services/data/v67.0/sobjects/User/{scene.User.Id}", null, "")),
            () => With(bearer, new("GET", password, null, "")),
            () => With(bearer, new("POST", password, Json, """{"NewPassword":"short"}""")),
            () => With(bearer, new("POST", password, Json, """{"NewPassword":"sh\u00f6rt"}""")),
        ];
    }

    static async Task<IReadOnlyList<Func<FuzzRequest>>> TokenAsync(SoapScene scene)
    {
        var device = await DeviceScene.NewAsync(scene.Server, DeviceScene.PublicDevice with { Dialect = Dialect.Salesforce, Scopes = ["api", "refresh_token"] });
        var waiting = (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", device.App.ClientId)))["device_code"];
        Assert.NotNull(waiting);
        using var idp = new ClientKey("RS256");
        using var bearer = await BearerScene.NewAsync(scene.Server, salesforce: true);
        var provider = await bearer.Org.SamlProviderAsync(idp, SalesforceSamlTests.EntityId);
        await bearer.LinkAsync(provider, "alice");
        var (response, saml) = (SalesforceSamlTests.Signed(bearer, provider, idp), bearer.Honest());
        var jwt = bearer.Plain(bearer.Now.ToUnixTimeSeconds() + 180);
        var app = $"client_id={bearer.App.ClientId}&client_secret={bearer.App.Secret}";
        return
        [
            () => new("POST", Token, Form, $"response_type=device_code&client_id={device.App.ClientId}&scope=api"),
            () => new("POST", Token, Form, $"grant_type=device&client_id={device.App.ClientId}&code={waiting}"),
            () => Multipart(("response_type", "device_code"), ("client_id", device.App.ClientId)),
            () => Multipart(("grant_type", "password"), ("username", bearer.User.Username), ("password", bearer.User.Password), ("client_id", bearer.App.ClientId), ("client_secret", bearer.App.Secret)),
            () => new("POST", $"{Token}?grant_type=client_credentials&{app}&format=json", null, ""),
            () => new("POST", Token, Form, $"grant_type=assertion&assertion_type=urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Aprofiles%3ASSO%3Abrowser&assertion={Uri.EscapeDataString(response)}&{app}"),
            () => new("POST", Token, Form, $"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&assertion={saml}"),
            () => new("POST", Token, Form, $"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={jwt}"),
        ];
    }

    static FuzzRequest Multipart(params (string Name, string Value)[] form) => new(
        "POST", Token, "multipart/form-data; boundary=b",
        string.Concat(form.Select(pair => $"--b\r\nContent-Disposition: form-data; name=\"{pair.Name}\"\r\n\r\n{pair.Value}\r\n")) + "--b--\r\n");

    static FuzzRequest Packed(FuzzRequest request)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(request.Body);
        request.Body = packed.ToArray();
        request.Replace("Content-Encoding", "gzip");
        return request;
    }

    static FuzzRequest With(string authorization, FuzzRequest request)
    {
        request.Replace("Authorization", authorization);
        return request;
    }
}
