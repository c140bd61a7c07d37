using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Tests.Support;

/// <summary>The key of an app that proves itself by private_key_jwt (RFC 7523), made for one test; signs by hand whatever it is given.</summary>
public sealed class ClientKey : IDisposable
{
    readonly AsymmetricAlgorithm key;

    public ClientKey(string algorithm, string? keyId = "k1")
    {
        (Algorithm, KeyId) = (algorithm, keyId);
        key = algorithm[0] == 'E' ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
    }

    /// <summary>For signatures of another format.</summary>
    public AsymmetricAlgorithm Key => key;

    public string Algorithm { get; }

    public string? KeyId { get; }

    /// <summary>As an administrator registers it.</summary>
    public JsonElement Jwks => JsonSerializer.SerializeToElement(new { keys = new[] { PublicJwk() } });

    public JsonObject PublicJwk()
    {
        var jwk = new JsonObject { ["kid"] = KeyId, ["alg"] = Algorithm };
        if (key is ECDsa ec)
        {
            var q = ec.ExportParameters(false).Q;
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", "P-256", Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        }
        else
        {
            var rsa = ((RSA)key).ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(rsa.Modulus), Base64Url.EncodeToString(rsa.Exponent));
        }
        return jwk;
    }

    /// <summary>The public half as text, which a confused verifier takes for an HMAC secret.</summary>
    public string PublicPem => key.ExportSubjectPublicKeyInfoPem();

    public string PrivatePem => key.ExportPkcs8PrivateKeyPem();

    /// <summary>Claims that hold now.</summary>
    public static JsonObject Claims(string clientId, string audience, DateTimeOffset now) => new()
    {
        ["iss"] = clientId,
        ["sub"] = clientId,
        ["aud"] = audience,
        ["jti"] = Guid.NewGuid().ToString(),
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(2).ToUnixTimeSeconds(),
    };

    public JsonObject Header() => new() { ["alg"] = Algorithm, ["kid"] = KeyId };

    public string Sign(JsonObject claims, JsonObject? header = null) => SignText((header ?? Header()).ToJsonString(), claims.ToJsonString());

    /// <summary>Signs header and claims exactly as they stand.</summary>
    public string SignText(string header, string claims)
    {
        var body = Part(header) + "." + Part(claims);
        var bytes = Encoding.ASCII.GetBytes(body);
        var signature = key switch
        {
            ECDsa ec => ec.SignData(bytes, HashAlgorithmName.SHA256),
            RSA rsa => rsa.SignData(bytes, HashAlgorithmName.SHA256, Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            _ => throw new InvalidOperationException(),
        };
        return body + "." + Base64Url.EncodeToString(signature);
    }

    public static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public void Dispose() => key.Dispose();
}
