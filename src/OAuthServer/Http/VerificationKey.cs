using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace OAuthServer.Http;

/// <summary>A public key bound to one algorithm (RFC 8725 section 3.1): what a token's header claims never chooses how it is verified.</summary>
public abstract class VerificationKey(string algorithm, string? keyId)
{
    public string Algorithm { get; } = algorithm;

    public string? KeyId { get; } = keyId;

    public abstract bool Verify(byte[] signed, byte[] signature);

    /// <summary>The key itself, for signatures of another format. To be disposed of by the caller.</summary>
    public abstract AsymmetricAlgorithm PublicKey();

    /// <summary>The usable signing keys of a JWK set (RFC 7517 section 5); others are passed over. RSA below 2048 bits is not usable.</summary>
    public static IReadOnlyList<VerificationKey> FromSet(JsonElement set)
    {
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
            return [];
        return [.. keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.Object).SelectMany(FromJwk)];
    }

    static IEnumerable<VerificationKey> FromJwk(JsonElement jwk)
    {
        if (CompactJws.Text(jwk, "use") is { } use && use != "sig")
            return [];
        var algorithm = CompactJws.Text(jwk, "alg");
        var keyId = CompactJws.Text(jwk, "kid");
        try
        {
            return CompactJws.Text(jwk, "kty") switch
            {
                "EC" when EcKey.ParametersOf(jwk) is var (name, parameters) && (algorithm ?? name) == name => [new EcKey(name, keyId, parameters)],
                "RSA" when RsaKey.ParametersOf(jwk) is { } parameters =>
                    (algorithm is null ? RsaKey.Algorithms : RsaKey.Algorithms.Where(a => a == algorithm)).Select(a => new RsaKey(a, keyId, parameters)),
                _ => [],
            };
        }
        catch (Exception problem) when (problem is FormatException or CryptographicException)
        {
            return [];
        }
    }

    static byte[]? Bytes(JsonElement jwk, string member) =>
        CompactJws.Text(jwk, member) is { } text ? Base64Url.DecodeFromChars(text) : null;

    static HashAlgorithmName HashOf(string algorithm) => algorithm[2..] switch
    {
        "256" => HashAlgorithmName.SHA256,
        "384" => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>.NET's key objects are not documented as safe for several threads; a few clones cost less than a lock.</summary>
    sealed class Clones<T>(Func<T> make)
        where T : class
    {
        readonly ConcurrentBag<T> idle = [];

        internal bool Use(Func<T, bool> work)
        {
            if (!idle.TryTake(out var key))
                key = make();
            try
            {
                return work(key);
            }
            finally
            {
                idle.Add(key);
            }
        }
    }

    internal sealed class EcKey(string algorithm, string? keyId, ECParameters parameters) : VerificationKey(algorithm, keyId)
    {
        readonly Clones<ECDsa> clones = new(() => ECDsa.Create(parameters));

        public override bool Verify(byte[] signed, byte[] signature) => clones.Use(key => key.VerifyData(signed, signature, HashOf(Algorithm)));

        public override AsymmetricAlgorithm PublicKey() => ECDsa.Create(parameters);

        internal static (string Algorithm, ECParameters Parameters)? ParametersOf(JsonElement jwk)
        {
            if (Bytes(jwk, "x") is not { } x || Bytes(jwk, "y") is not { } y)
                return null;
            (string, ECCurve)? curve = CompactJws.Text(jwk, "crv") switch
            {
                "P-256" => ("ES256", ECCurve.NamedCurves.nistP256),
                "P-384" => ("ES384", ECCurve.NamedCurves.nistP384),
                "P-521" => ("ES512", ECCurve.NamedCurves.nistP521),
                _ => null,
            };
            if (curve is not var (name, named))
                return null;
            var parameters = new ECParameters { Curve = named, Q = new ECPoint { X = x, Y = y } };
            ECDsa.Create(parameters).Dispose(); // throws for a point that is not on the curve
            return (name, parameters);
        }
    }

    internal sealed class RsaKey(string algorithm, string? keyId, RSAParameters parameters) : VerificationKey(algorithm, keyId)
    {
        internal static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
        readonly Clones<RSA> clones = new(() => RSA.Create(parameters));

        public override bool Verify(byte[] signed, byte[] signature) => clones.Use(key =>
            key.VerifyData(signed, signature, HashOf(Algorithm), Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));

        public override AsymmetricAlgorithm PublicKey() => RSA.Create(parameters);

        internal static RSAParameters? ParametersOf(JsonElement jwk) =>
            Bytes(jwk, "n") is { Length: >= 256 } n && Bytes(jwk, "e") is { } e ? new RSAParameters { Modulus = n, Exponent = e } : null;
    }
}
