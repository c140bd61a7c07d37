using System.Globalization;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>The common shape of messages to an account's owner: whose account, where, then the paragraphs. Plain text only: nothing to click, nothing to forge.</summary>
static class AccountMail
{
    internal static Mail Compose(User user, PublicUrl server, string subject, params IEnumerable<string?> paragraphs) => new(
        user.Email,
        subject,
        string.Join("\n\n", paragraphs.Where(paragraph => paragraph is not null)
            .Prepend($"Hello {(user.FirstName.Length > 0 ? user.FirstName : user.Username)},")
            .Append($"Account: {user.Username}\nServer: {server}")) + "\n");

    /// <summary>An instant for people: the same everywhere, so that it can be quoted to an administrator.</summary>
    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
