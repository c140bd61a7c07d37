using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Tests.Support;

/// <summary>What one answer of an authenticator is made of: honest, until a test changes one thing.</summary>
public sealed record AuthenticatorAnswer
{
    public required string Type { get; set; }

    public required string Challenge { get; set; }

    public string Origin { get; set; } = "http://localhost:5000";

    public bool CrossOrigin { get; set; }

    public string? TopOrigin { get; set; }

    public required string RpId { get; set; }

    /// <summary>UP 1, UV 4, BE 8, BS 16, AT 64 (WebAuthn Level 3 section 6.1).</summary>
    public required byte Flags { get; set; }

    public required uint Counter { get; set; }

    public required byte[] CredentialId { get; set; }

    public string? UserHandle { get; set; }

    public string Format { get; set; } = "none";

    /// <summary>ES256 unless a test says otherwise.</summary>
    public int Algorithm { get; set; } = -7;

    /// <summary>Bytes after the end.</summary>
    public byte[] Trailing { get; set; } = [];

    /// <summary>Signs with another key.</summary>
    public bool IsForeign { get; set; }

    public string CredentialType { get; set; } = "public-key";
}

/// <summary>An authenticator with one P-256 credential, as a browser would present it.</summary>
public sealed class SoftwareAuthenticator : IDisposable
{
    const byte Present = 1, Verified = 4, Attested = 64;
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] credentialId = RandomNumberGenerator.GetBytes(32);
    string? userHandle;
    uint counter;

    public string CredentialId => Base64Url.EncodeToString(credentialId);

    /// <summary>Answers <c>navigator.credentials.create</c>.</summary>
    public string Create(string optionsJson, Action<AuthenticatorAnswer>? change = null)
    {
        var options = JsonNode.Parse(optionsJson)!;
        userHandle = options["user"]!["id"]!.GetValue<string>();
        var answer = new AuthenticatorAnswer
        {
            Type = "webauthn.create",
            Challenge = options["challenge"]!.GetValue<string>(),
            RpId = options["rp"]!["id"]!.GetValue<string>(),
            Flags = Present | Verified | Attested,
            Counter = ++counter,
            CredentialId = credentialId,
        };
        change?.Invoke(answer);
        var cbor = new CborWriter();
        cbor.WriteStartMap(3);
        cbor.WriteTextString("fmt");
        cbor.WriteTextString(answer.Format);
        cbor.WriteTextString("attStmt");
        cbor.WriteStartMap(0);
        cbor.WriteEndMap();
        cbor.WriteTextString("authData");
        cbor.WriteByteString([.. AuthenticatorData(answer), .. AttestedCredential(answer), .. answer.Format == "none" ? answer.Trailing : []]);
        cbor.WriteEndMap();
        return Credential(answer, new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(ClientData(answer)),
            ["attestationObject"] = Base64Url.EncodeToString(cbor.Encode()),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary>Answers <c>navigator.credentials.get</c>.</summary>
    public string Get(string optionsJson, Action<AuthenticatorAnswer>? change = null)
    {
        var options = JsonNode.Parse(optionsJson)!;
        var answer = new AuthenticatorAnswer
        {
            Type = "webauthn.get",
            Challenge = options["challenge"]!.GetValue<string>(),
            RpId = options["rpId"]!.GetValue<string>(),
            Flags = Present | Verified,
            Counter = ++counter,
            CredentialId = credentialId,
            UserHandle = userHandle,
        };
        change?.Invoke(answer);
        var client = ClientData(answer);
        var data = AuthenticatorData(answer);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = (answer.IsForeign ? foreign : key).SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(answer, new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(client),
            ["authenticatorData"] = Base64Url.EncodeToString([.. data, .. answer.Trailing]),
            ["signature"] = Base64Url.EncodeToString(signature),
            ["userHandle"] = answer.UserHandle,
        });
    }

    static string Credential(AuthenticatorAnswer answer, JsonObject response) => new JsonObject
    {
        ["id"] = Base64Url.EncodeToString(answer.CredentialId),
        ["rawId"] = Base64Url.EncodeToString(answer.CredentialId),
        ["type"] = answer.CredentialType,
        ["response"] = response,
        ["clientExtensionResults"] = new JsonObject(),
        ["authenticatorAttachment"] = "platform",
    }.ToJsonString();

    static byte[] ClientData(AuthenticatorAnswer answer)
    {
        var data = new JsonObject { ["type"] = answer.Type, ["challenge"] = answer.Challenge, ["origin"] = answer.Origin, ["crossOrigin"] = answer.CrossOrigin };
        if (answer.TopOrigin is { } top)
            data["topOrigin"] = top;
        return JsonSerializer.SerializeToUtf8Bytes(data);
    }

    static byte[] AuthenticatorData(AuthenticatorAnswer answer)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(answer.RpId), data);
        data[32] = answer.Flags;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), answer.Counter);
        return data;
    }

    byte[] AttestedCredential(AuthenticatorAnswer answer)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var cose = new CborWriter();
        cose.WriteStartMap(5);
        foreach (var (label, value) in new[] { (1, 2), (3, answer.Algorithm), (-1, 1) })
        {
            cose.WriteInt32(label);
            cose.WriteInt32(value);
        }
        cose.WriteInt32(-2);
        cose.WriteByteString(point.X!);
        cose.WriteInt32(-3);
        cose.WriteByteString(point.Y!);
        cose.WriteEndMap();
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.CredentialId.Length);
        return [.. new byte[16], .. length, .. answer.CredentialId, .. cose.Encode()];
    }

    public void Dispose() => key.Dispose();
}
