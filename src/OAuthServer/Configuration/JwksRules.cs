using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>What an app's key set may hold: public keys only (RFC 7517).</summary>
static class JwksRules
{
    static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    internal static void Check(AppSettings settings, FileReport report)
    {
        if (settings.Jwks is { } jwks)
            CheckKeys(jwks, report);
        else if (settings.AuthMethods.Contains(ClientAuthMethod.PrivateKeyJwt))
            report.Add("jwks", "is missing: privateKeyJwt is checked with the app's public keys; add them.");
        else if (settings.Flows.Contains(LoginChannel.JwtBearer))
            report.Add("jwks", "is missing: jwtBearer assertions are checked with the app's public keys; add them.");
    }

    static void CheckKeys(JsonElement jwks, FileReport report)
    {
        if (jwks.ValueKind != JsonValueKind.Object || !jwks.TryGetProperty("keys", out var keys)
            || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() == 0)
        {
            report.Add("jwks", "is not a key set; write { \"keys\": [ ... ] } with at least one public key.");
            return;
        }
        foreach (var (index, key) in keys.EnumerateArray().Index())
        {
            if (key.ValueKind != JsonValueKind.Object || !key.TryGetProperty("kty", out var kind))
                report.Add($"jwks.keys[{index}]", "is not a key; it needs at least \"kty\".");
            else if (PrivateMembers.Any(member => key.TryGetProperty(member, out _)))
                report.Add($"jwks.keys[{index}]", "holds a private key; keep that with the app, and write its public half here.");
            else if (kind.ValueKind != JsonValueKind.String || kind.GetString() is not ("RSA" or "EC"))
                report.Add($"jwks.keys[{index}].kty", "is not a kind of key that is accepted; use RSA or EC.");
        }
    }
}
