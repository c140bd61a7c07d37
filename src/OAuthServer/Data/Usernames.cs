using System.Text;

namespace OAuthServer.Data;

/// <summary>The one normal form of usernames: compatibility composed (NFKC), lower case. Names that could pass for another are refused at creation.</summary>
public static class Usernames
{
    public const int MaxLength = 200;

    /// <summary>The form names are compared in; null for text that can be no name at all.</summary>
    public static string? Normalize(string username)
    {
        if (username.Length is 0 or > MaxLength)
            return null;
        try
        {
            return username.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        }
        catch (ArgumentException) // a lone surrogate
        {
            return null;
        }
    }

    /// <summary>True for a name that may be given to an account: printable ASCII without spaces, so that no homoglyph, zero-width or bidi twin exists.</summary>
    public static bool IsAcceptable(string username) =>
        username.Length is > 0 and <= MaxLength && username.All(c => c is > ' ' and < '\x7f');
}
