using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace OAuthServer.Tests.Hosting;

/// <summary>Ways in which a stranger spoils an honest request.</summary>
static class FuzzMutations
{
    static readonly byte[] Bomb = Compressed(new byte[64 * 1024 * 1024]);

    static readonly string[] Fragments =
    [
        "%", "%0", "%zz", "%00", "%ff%fe", "%c0%80", "%ed%a0%80", "%EF%BF%BE", "%F0%9F%98%80", "%e2%80%ae", "\0", "\xff\xfe", "\xed\xa0\x80", "+", "&", "=", "&&==&", ";",
        "'", "\"", "<a>", "../", "${x}", "\r\n", "\t", "%0d%0aSet-Cookie:%20a=b",
        "<!DOCTYPE a [<!ENTITY x \"y\">]>", "&x;", "&#0;", "&#xD800;", "<![CDATA[", "]]>", "</", "<?xml version=\"1.1\"?>", " xmlns:m=\"\"", "--b\r\n", "\\ud800",
    ];

    static readonly string[] Types =
    [
        "", "text/plain", "application/json", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded;charset=\"utf-8\"", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"" + new string('b', 500) + "\"", "application/", "/", ";;;", "application/json; charset=utf-16", "\xff\xfe", "a/b/c",
        "APPLICATION/X-WWW-FORM-URLENCODED", "application/x-www-form-urlencoded, text/plain",
    ];

    static readonly string[] Methods =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X", new string('M', 40)];

    static readonly string[] Targets =
    [
        "*", "//", "/%2e%2e/", "/..;/", "/services/oauth2/token%00", "/services/oauth2//token/", "http://evil.test/services/oauth2/token", "/id/keys?%", "/?" + new string('&', 3000),
        "/.git/config", "/appsettings.json", "/api/me/sign-ins?limit=999999999999999999999", "/api/me/sign-ins?limit=-1&limit=2", "/api/me/sign-ins?before=%F0%9F%98%80", "/%ff%fe",
        "/api/me/sign-ins/%00", "/api/me/sign-ins/ZZZZ-ZZZZ", "/api/me/sign-ins/" + new string('2', 5000), "/health/ready?x=%zz", "/services/oauth2/userinfo?access_token=%ff", "/services/oauth2/revoke?token=%EF%BF%BE",
    ];

    static readonly (string, string)[] Headers =
    [
        ("Authorization", "Basic"), ("Authorization", "Basic !!!"), ("Authorization", "Basic Og=="), ("Authorization", "Basic " + Base64("%00x:%00")), ("Authorization", "Basic " + Base64("a%zz:b%")),
        ("Authorization", "Basic " + Base64("\xff\xfe:\xff")), ("Authorization", "Basic " + Base64("nocolon")), ("Authorization", "Basic " + Base64(new string('a', 20_000) + ":b")), ("Authorization", "Bearer"),
        ("Authorization", "Bearer a b"), ("Authorization", "Bearer \xff\xfe"), ("Authorization", "Digest x"), ("Authorization", ""), ("Authorization", "OAuth 00D000000000000!x"),
        ("Host", "evil.test"), ("Host", ""), ("X-Forwarded-For", "127.0.10.7, junk, [::1]:99"), ("Forwarded", "for=\"[::1"), ("User-Agent", new string('u', 199) + "\xf0\x9f\x98\x80"), ("User-Agent", "a\x01\x7f"),
        ("Sforce-Call-Options", new string('c', 199) + "\xf0\x9f\x98\x80"), ("Cookie", new string('=', 4000)), ("Accept", ",;=,;="), ("Expect", "100-continue"), ("Expect", "junk"), ("Upgrade", "h2c"),
        ("Content-Encoding", "gzip"), ("Content-Encoding", "br"), ("Content-Encoding", "deflate"), ("Content-Encoding", "gzip, gzip"), ("Content-Encoding", "junk"), ("traceparent", "00-zz-zz-zz"), ("Range", "bytes=0-"),
        ("X-Junk", new string('x', 40_000)), ("X Bad Name", "1"), ("Nul", "a\0b"), ("Folded", "a\r\n b"), ("Content-Length", "5"), ("If-None-Match", "*"),
    ];

    static readonly string[] Framings =
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 5, 5", "Content-Length: 0x5",
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Content-Length: 0", "Content-Length: 2000000", "X: y",
    ];

    static readonly string[] Jsons =
    [
        "[", "null", "\"\"", "{}", "[]", "{\"currentPassword\":\"\\ud800\",\"newPassword\":\"\\udc00\"}", "{\"currentPassword\":\"\\u0000\",\"newPassword\":\"\\u0000\"}", "{\"currentPassword\":1e999}",
        "{\"currentPassword\":\"a\",\"currentPassword\":\"b\",\"newPassword\":\"c\"}", "{\"code\":\"\xff\xfe\"}", "{\"code\":\"\\ud83d\"}", "{\"overlapDays\":99999999999}", "{\"overlapDays\":-2147483648}",
        "{\"overlapDays\":2147483647}", "\xef\xbb\xbf{}", "{/*x*/}", "{\"\\ud800\":1}", "{\"currentPassword\":\"a\",\"newPassword\":null}", new string('[', 16_000), Repeat("{\"a\":", 3000),
        "{\"currentPassword\":\"" + new string('p', 17_000) + "\"}", "{\"currentPassword\":\"" + new string('p', 9000) + "\",\"newPassword\":\"" + new string('q', 5000) + "\"}",
    ];

    /// <summary>JOSE headers and claims that a parser may stumble over.</summary>
    static readonly string[] JwtParts =
    [
        "{}", "[]", "null", "", "{", "{\"alg\":\"none\"}", "{\"alg\":\"\\ud800\"}", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\\udc00\"}", "{\"alg\":1}", "{\"alg\":\"ES256\",\"alg\":\"none\"}", "{\"alg\":\"RS256\",\"crit\":[]}",
        "{\"alg\":\"ES256\",\"jku\":\"http://127.0.0.1:1/\"}", "{\"iss\":\"\\ud800\",\"sub\":\"\\ud800\"}", "{\"sub\":\"\xff\xfe\"}", "{\"sub\":\"a\\u0000b\",\"iss\":\"a\"}", "{\"sub\":\"APP\",\"iss\":\"APP\",\"aud\":\"\\ud800\",\"exp\":1e400}",
        "{\"sub\":\"APP\",\"iss\":\"APP\",\"aud\":[null,{},\"\\ud800\"],\"exp\":-1,\"jti\":\"\\ud800\"}", "{\"sub\":\"APP\",\"iss\":\"APP\",\"aud\":\"http://localhost:5000\",\"exp\":\"soon\",\"jti\":[]}", "{\"sub\":\"\xf0\x9f\x98\x80\"}", Repeat("{\"a\":", 2000),
        "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", "{\"exp\":99999999999999999999999999}",
    ];

    static readonly Action<FuzzRequest, Random>[] All =
    [
        Insert, Insert, InsertIntoTarget, Flip, Flip, RepeatParameter, Overlong, TooMany, ChangeType, Multipart, Compress, ChangeMethod, ChangeTarget, AddHeader, AddHeader, AddHeader, ManyHeaders, BadJwt, BadJwt, BadJson, BadFraming, HangUp,
    ];

    public static void Apply(FuzzRequest request, Random random)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
            All[random.Next(All.Length)](request, random);
    }

    static void Insert(FuzzRequest request, Random random) => request.Text = request.Text.Insert(random.Next(request.Body.Length + 1), Pick(Fragments, random));

    static void InsertIntoTarget(FuzzRequest request, Random random)
    {
        var fragment = Pick(Fragments, random);
        request.Target = random.Next(2) == 0 ? request.Target + "?" + fragment : request.Target.Insert(random.Next(1, request.Target.Length + 1), fragment);
    }

    static void Flip(FuzzRequest request, Random random)
    {
        for (var count = random.Next(1, 8); count > 0 && request.Body.Length > 0; count--)
            request.Body[random.Next(request.Body.Length)] = (byte)random.Next(256);
    }

    static void RepeatParameter(FuzzRequest request, Random random) => request.Text += "&" + (random.Next(2) == 0 ? request.Text : request.Text.Split('&')[0]);

    static void Overlong(FuzzRequest request, Random random)
    {
        var text = new string((char)random.Next('a', 'z'), random.Next(3) switch { 0 => 16_001, 1 => 70_000, _ => 200_000 });
        request.Text = random.Next(2) == 0 ? request.Text + text : text + "=" + request.Text;
    }

    static void TooMany(FuzzRequest request, Random random)
    {
        var count = random.Next(2) == 0 ? 65 : 3000;
        request.Text += string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"&p{i}={i}")));
    }

    static void ChangeType(FuzzRequest request, Random random) => request.Replace("Content-Type", Pick(Types, random));

    static void Multipart(FuzzRequest request, Random random)
    {
        request.Replace("Content-Type", "multipart/form-data; boundary=b");
        request.Text = random.Next(5) switch
        {
            0 => "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\npassword\r\n--b--\r\n",
            1 => "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\n\0\xff\r\n--b--",
            2 => string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\xfe\r\n", 100)) + "--b--",
            3 => "--b\r\n" + new string('H', 9000) + ": x\r\n\r\nx\r\n--b--",
            _ => request.Text,
        };
    }

    static void Compress(FuzzRequest request, Random random)
    {
        request.Replace("Content-Encoding", Pick(["gzip", "br", "deflate"], random));
        if (random.Next(3) == 0)
        {
            request.Replace("Content-Encoding", "gzip");
            request.Body = random.Next(4) == 0 ? Bomb : Compressed(request.Body);
        }
    }

    static void ChangeMethod(FuzzRequest request, Random random) => request.Method = Pick(Methods, random);

    static void ChangeTarget(FuzzRequest request, Random random) => request.Target = Pick(Targets, random);

    static void AddHeader(FuzzRequest request, Random random)
    {
        var (name, value) = Headers[random.Next(Headers.Length)];
        if (random.Next(2) == 0)
            request.Replace(name, value);
        else
            request.Headers.Add((name, value));
    }

    static void ManyHeaders(FuzzRequest request, Random random)
    {
        for (var i = random.Next(90, 200); i > 0; i--)
            request.Headers.Add(("X-" + i.ToString(CultureInfo.InvariantCulture), "1"));
    }

    static void BadJwt(FuzzRequest request, Random random)
    {
        var jwt = random.Next(4) switch
        {
            0 => new string('.', 10_000),
            1 => Part(random) + "." + Part(random),
            _ => Part(random) + "." + Part(random) + "." + (random.Next(2) == 0 ? "" : "AAAA"),
        };
        switch (random.Next(3))
        {
            case 0:
                request.Replace("Authorization", "Bearer " + jwt);
                break;
            case 1:
                request.Text = "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" + jwt;
                break;
            default:
                request.Text += "&token=" + jwt + "&access_token=" + jwt + "&refresh_token=" + jwt;
                break;
        }
    }

    static void BadJson(FuzzRequest request, Random random)
    {
        request.Replace("Content-Type", "application/json");
        request.Text = Pick(Jsons, random);
    }

    static void BadFraming(FuzzRequest request, Random random)
    {
        request.Framing = Pick(Framings, random);
        request.HangsUpAfter = request.Body.Length; // a length that promises more must not be waited for
    }

    static void HangUp(FuzzRequest request, Random random) => request.HangsUpAfter = random.Next(request.Body.Length + 1);

    static string Part(Random random) => Base64Url.EncodeToString(Encoding.Latin1.GetBytes(Pick(JwtParts, random)));

    static T Pick<T>(T[] from, Random random) => from[random.Next(from.Length)];

    static string Base64(string text) => Convert.ToBase64String(Encoding.Latin1.GetBytes(text));

    static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    static byte[] Compressed(byte[] plain)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return target.ToArray();
    }
}
