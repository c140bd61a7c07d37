using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>A key the provider signs with.</summary>
/// <param name="KeyId">Its kid.</param>
/// <param name="PrivateJwk">All of it (RFC 7517).</param>
public sealed record OidcSigningKey(string KeyId, JsonObject PrivateJwk)
{
    /// <param name="algorithm">RS256, PS256 or ES256.</param>
    public static OidcSigningKey New(string algorithm = "RS256")
    {
        var id = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var jwk = new JsonObject { ["kid"] = id, ["alg"] = algorithm, ["use"] = "sig" };
        if (algorithm[0] == 'E')
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var parts = key.ExportParameters(true);
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"], jwk["d"]) = ("EC", "P-256", Text(parts.Q.X), Text(parts.Q.Y), Text(parts.D));
        }
        else
        {
            using var key = RSA.Create(2048);
            var parts = key.ExportParameters(true);
            (jwk["kty"], jwk["n"], jwk["e"], jwk["d"]) = ("RSA", Text(parts.Modulus), Text(parts.Exponent), Text(parts.D));
            (jwk["p"], jwk["q"], jwk["dp"], jwk["dq"], jwk["qi"]) = (Text(parts.P), Text(parts.Q), Text(parts.DP), Text(parts.DQ), Text(parts.InverseQ));
        }
        return new(id, jwk);
    }

    static string Text(byte[]? number) => Base64Url.EncodeToString(number);
}
