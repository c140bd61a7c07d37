using System.Text.RegularExpressions;

namespace OAuthServer.Tests.Support;

/// <summary>Answers of the salesforce dialect for a snapshot: a line for each member, and what differs from run to run a word in angle brackets.</summary>
static partial class Masked
{
    internal static string Text(string text)
    {
        text = text.Replace(",\"", ",\n\"", StringComparison.Ordinal).Replace("><", ">\n<", StringComparison.Ordinal).Replace("&", "\n&", StringComparison.Ordinal);
        text = OpaqueToken().Replace(text, "<token>");
        text = IdentityPath().Replace(text, "/id/<org>/<user>");
        text = SignatureValue().Replace(text, "${name}<signature>");
        text = Times().Replace(text, "<time>");
        text = Numbers().Replace(text, "<number>");
        return Ids().Replace(text, "<id>");
    }

    [GeneratedRegex(@"00D\w{12}(!|%21)[A-Za-z0-9._]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex OpaqueToken();

    [GeneratedRegex(@"(/|%2F)id(/|%2F)00D\w{15}(/|%2F)005\w{15}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex IdentityPath();

    [GeneratedRegex(@"(?<name>signature(?:"":""|=|>))[A-Za-z0-9+/=%\\]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SignatureValue();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:%A-F.]+(\+|%2B|\\u002B)0000", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Times();

    [GeneratedRegex(@"\d{10,13}|(?<=app-|user|User |User%20|Org )\d+|(?<=""updated_at"":"")[^""]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"(\b|(?<=%2F))00[5De]\w{12,15}\b", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Ids();
}
