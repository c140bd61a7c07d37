using System.Security.Cryptography;

namespace OAuthServer.Http;

/// <summary>A short name for exactly this content, for addresses that browsers may keep.</summary>
public static class ContentVersion
{
    /// <summary>The beginning of a hash: changes with the content, and tells nothing else.</summary>
    public static string Of(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));
}
