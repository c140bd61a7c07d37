using System.Security.Cryptography;
using OAuthServer.Data;

namespace OAuthServer.Accounts;

/// <summary>Recovery codes as text: 80 random bits in letters and digits that are hard to misread, stored as keyed hashes bound to their user.</summary>
public static class RecoveryCodes
{
    public const int PerSet = 10;
    const int Length = 16;
    const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// <summary>A new set, written <c>XXXX-XXXX-XXXX-XXXX</c>. Shown once.</summary>
    public static IReadOnlyList<string> NewSet() =>
        [.. Enumerable.Range(0, PerSet).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Alphabet, Length).Chunk(4).Select(part => new string(part))))];

    /// <summary>The form codes are hashed in: case, dashes and spaces do not matter. Null for text that can be no code.</summary>
    public static string? Normalize(string typed)
    {
        if (typed.Length > 2 * Length)
            return null;
        var code = typed.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return code.Length == Length && code.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) ? code : null;
    }

    /// <summary>The keyed hash under which a user's code is stored; null for text that can be no code.</summary>
    public static string? HashOf(MasterKey key, string userId, string typed) =>
        Normalize(typed) is { } code ? key.KeyedHash("recovery-code", userId + ":" + code) : null;
}
