using System.Net.Mail;
using System.Text.RegularExpressions;

namespace OAuthServer.Configuration;

/// <summary>What a user's row may say, whether it comes from a file, a page or a line of an import: each says what is wrong, null when nothing is.</summary>
static partial class UserRules
{
    /// <summary>The longest first or last name.</summary>
    internal const int MostNameCharacters = 200;

    internal static string? Username(string username) => Data.Usernames.IsAcceptable(username) ? null
        : $"must be 1 to {Data.Usernames.MaxLength} printable ASCII characters without spaces, such as \"ann@acme.example\".";

    internal static string? Email(string email) =>
        email.Length <= MostAddressCharacters && !email.Any(char.IsControl) && MailAddress.TryCreate(email, out var address) && address.Address == email ? null
            : "is not a mail address; write one such as \"ann@acme.example\".";

    internal static string? Name(string name) => name.Length <= MostNameCharacters && !name.Any(char.IsControl) ? null
        : $"must be at most {MostNameCharacters} characters on one line.";

    internal static string? Language(string language) => LanguageTag().IsMatch(language) ? null
        : $"\"{language}\" is not a language; write one such as \"en_US\".";

    internal static string? TimeZone(string zone) => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null
        : $"\"{zone}\" is not a time zone; use an IANA name such as \"Europe/Berlin\".";

    /// <summary>RFC 5321 section 4.5.3.1: longer ones cannot be written to.</summary>
    const int MostAddressCharacters = 254;

    [GeneratedRegex("^[a-z]{2,3}(?:_[A-Z]{2})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex LanguageTag();
}
