using System.Security.Cryptography;

namespace OAuthServer.Tokens;

/// <summary>
/// The code a person types to connect a device (RFC 8628 section 6.1): eight of the twenty consonants that make no words and are hard to
/// misread, shown as <c>WDJB-MJHT</c>. Case, dashes and spaces do not matter.
/// </summary>
public static class UserCodes
{
    /// <summary>The letters it is made of.</summary>
    public const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";

    const int Length = 8;
    const int MaxTyped = 40;

    /// <summary>A new one in its normal form, without the dash.</summary>
    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As it is shown.</summary>
    public static string Display(string code) => $"{code[..4]}-{code[4..]}";

    /// <summary>The normal form of what was typed; null for text that can be no code.</summary>
    public static string? Normalize(string? typed)
    {
        if (typed is null or { Length: > MaxTyped })
            return null;
        var code = string.Concat(typed.Where(c => c is not ('-' or ' ' or '\u2010' or '\u2011' or '\u2013'))).ToUpperInvariant();
        return code.Length == Length && code.All(letter => Alphabet.Contains(letter, StringComparison.Ordinal)) ? code : null;
    }
}
