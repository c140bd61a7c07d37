using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OAuthServer.Benchmarks;

/// <summary>
/// What the same web server does with nothing behind it: the yardstick. Constant bytes; a form read and a JWT signed; and the
/// one slow hash of a password.
/// </summary>
static class Bare
{
    const string Password = "Correct-Horse-7";
    static readonly byte[] Constant = Encoding.UTF8.GetBytes("{\"active\":true,\"text\":\"" + new string('x', 560) + "\"}");
    static readonly byte[] Header = Encoding.ASCII.GetBytes("eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiIsImtpZCI6IjAxMjM0NTY3ODlhYmNkZWYifQ.");
    static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
    static readonly string Hash = Hasher.HashPassword("", Password);

    internal static async Task<int> RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var app = builder.Build();
        app.Run(context => context.Request.Path.Value switch
        {
            "/sign" => SignAsync(context),
            "/hash" => HashAsync(context),
            _ => AnswerAsync(context, Constant),
        });
        await app.RunAsync();
        return 0;
    }

    static async Task SignAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        await AnswerAsync(context, Encoding.ASCII.GetBytes(
            $"{{\"access_token\":\"{NewToken()}\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"{form["scope"]}\"}}"));
    }

    /// <summary>As many claims as ours, all but two of them constant.</summary>
    static string NewToken()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = Encoding.UTF8.GetBytes($$$"""
            {"iss":"http://localhost:5000","sub":"005000000000000AAA","aud":"http://localhost:5000","client_id":"benchmark-app","org":"00D000000000000AAA","scope":"api","jti":"{{{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}}}","gid":"0123456789012345678901","iat":{{{now}}},"exp":{{{now + 3600}}},"auth_time":{{{now}}},"acr":"urn:oauthserver:acr:app","amr":["pwd"],"urn:oauthserver:born":{"grant":"client_credentials","proofs":256,"policy_version":1}}
            """);
        var token = new ArrayBufferWriter<byte>(1024);
        token.Write(Header);
        token.Advance(Base64Url.EncodeToUtf8(claims, token.GetSpan(Base64Url.GetEncodedLength(claims.Length))));
        var signature = Key.SignData(token.WrittenSpan, HashAlgorithmName.SHA256);
        return Encoding.ASCII.GetString(token.WrittenSpan) + "." + Base64Url.EncodeToString(signature);
    }

    static Task HashAsync(HttpContext context)
    {
        if (Hasher.VerifyHashedPassword("", Hash, Password) == PasswordVerificationResult.Failed)
            context.Response.StatusCode = 500;
        return AnswerAsync(context, Constant);
    }

    static async Task AnswerAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json);
    }
}
