using System.Security.Cryptography;

namespace OAuthServer.Data;

/// <summary>
/// Record ids as the sign-in model's clients know them: fifteen case-sensitive characters beginning with the kind, and an
/// eighteen-character form whose last three say which letters are capitals.
/// </summary>
public static class RecordId
{
    /// <summary>How the ids of rescue accounts begin. That another user's does is as likely as guessing six characters of sixty-two.</summary>
    public const string RescueUser = "005Rescue";

    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create(Alphabet);

    public static string NewOrganization() => New("00D");

    public static string NewUser() => New("005");

    /// <summary>Of an account that the operator's rescue makes. Nobody can change an id: whatever the account makes of itself, it is known by it.</summary>
    public static string NewRescueUser() => RescueUser + RandomNumberGenerator.GetString(Alphabet, 6);

    public static string NewProfile() => New("00e");

    public static string NewApp() => New("0H4");

    public static string NewProvider() => New("0SO");

    /// <summary>The eighteen-character form of a fifteen-character id.</summary>
    public static string Long(string id)
    {
        if (id.Length != 15)
            return id;
        return string.Create(18, id, static (span, source) =>
        {
            source.CopyTo(span);
            for (var group = 0; group < 3; group++)
            {
                var bits = 0;
                for (var i = 0; i < 5; i++)
                    bits |= char.IsAsciiLetterUpper(source[group * 5 + i]) ? 1 << i : 0;
                span[15 + group] = Checks[bits];
            }
        });
    }

    /// <summary>The fifteen-character form of either form.</summary>
    public static string Short(string id) => id.Length == 18 ? id[..15] : id;

    /// <summary>The fifteen-character form of an id of either form, whose check characters fit; null for anything else.</summary>
    public static string? TryShort(string? id) =>
        id is { Length: 15 or 18 } && !id.AsSpan().ContainsAnyExcept(Characters) && (id.Length == 15 || Long(id[..15]) == id) ? id[..15] : null;

    static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 12);
}
