using System.Globalization;
using System.Net;
using System.Text;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>
/// The common shape of messages to an account's owner: whose account, where, then the paragraphs, as plain text and as the same in
/// HTML. What is clickable is a paragraph that is an address of this server, and nothing else; every other character is only text.
/// </summary>
static class AccountMail
{
    internal static Mail Compose(User user, PublicUrl server, string subject, params IEnumerable<string?> paragraphs)
    {
        List<string> all =
        [
            $"Hello {(user.FirstName.Length > 0 ? user.FirstName : user.Username)},",
            .. paragraphs.OfType<string>(),
            $"Account: {user.Username}\nServer: {server}",
        ];
        return new(user.Email, subject, string.Join("\n\n", all) + "\n", Html(server, subject, all)) { OrgId = user.OrgId };
    }

    /// <summary>An instant for people: the same everywhere, so that it can be quoted to an administrator.</summary>
    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    static string Html(PublicUrl server, string subject, List<string> paragraphs)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>").Append(WebUtility.HtmlEncode(subject))
            .Append("</title></head>\n<body style=\"font: 16px/1.5 sans-serif; max-width: 36em; margin: 1.5em auto; padding: 0 1em\">\n");
        foreach (var paragraph in paragraphs)
        {
            var text = WebUtility.HtmlEncode(paragraph).Replace("\n", "<br>\n", StringComparison.Ordinal);
            var isLink = paragraph.StartsWith(server.At("/"), StringComparison.Ordinal) && !paragraph.Any(char.IsWhiteSpace);
            html.Append("<p>").Append(isLink ? $"<a href=\"{text}\">{text}</a>" : text).Append("</p>\n");
        }
        return html.Append("</body>\n</html>\n").ToString();
    }
}
