using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Token.Grants;

/// <summary>What an app asserts about a user, read and checked.</summary>
/// <param name="Flaw">The first check that did not hold; <see cref="AssertionFlaw.None"/> when all did.</param>
/// <param name="Subject">Whom it names, by user name or id; null where it names nobody, or where nobody of ours has signed it.</param>
/// <param name="Once">What is used up by it; null when it may be brought again until it ends.</param>
public sealed record AppAssertion(AssertionFlaw Flaw, string? Subject = null, OnceOnly? Once = null)
{
    const int MostCharacters = 200;

    /// <summary>Whose login it is. An id is one in either of its forms; anything else is a name.</summary>
    public LoginSubject LoginSubject =>
        Subject is not { } text ? new LoginSubject.Nobody()
        : IsUserId(text) ? new LoginSubject.Known(RecordId.Short(text))
        : new LoginSubject.Named(text);

    /// <summary>False for what no account is called and no database takes.</summary>
    public static bool CanBeSubject(string? text) => text is { Length: > 0 and <= MostCharacters } && !text.Any(char.IsControl);

    static bool IsUserId(string text) =>
        text.Length is 15 or 18 && text.StartsWith("005", StringComparison.Ordinal) && text.All(char.IsAsciiLetterOrDigit)
        && (text.Length == 15 || RecordId.Long(RecordId.Short(text)) == text);
}
