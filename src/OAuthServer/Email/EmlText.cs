using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace OAuthServer.Email;

/// <summary>A message as the text of an .eml file (RFC 5322, RFC 2046). Bodies stand as they are, so that a person can read the file.</summary>
static class EmlText
{
    internal static byte[] Compose(string id, DateTimeOffset createdAt, MailAddress from, Mail mail)
    {
        var text = new StringBuilder();
        Header(text, "Date", createdAt.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
        Header(text, "From", from.DisplayName.Length == 0 ? from.Address : $"{Phrase(from.DisplayName)} <{from.Address}>");
        Header(text, "To", mail.To);
        Header(text, "Subject", Words(mail.Subject));
        Header(text, "Message-ID", $"<{id}@{from.Host}>");
        Header(text, "Auto-Submitted", "auto-generated");
        Header(text, "MIME-Version", "1.0");
        if (mail.Html is null)
        {
            Part(text, "text/plain", mail.Text);
        }
        else
        {
            var boundary = "part-" + id; // random, hence in no body
            Header(text, "Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
            Part(text.Append("\r\n--").Append(boundary).Append("\r\n"), "text/plain", mail.Text);
            Part(text.Append("\r\n--").Append(boundary).Append("\r\n"), "text/html", mail.Html);
            text.Append("\r\n--").Append(boundary).Append("--\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static void Header(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");

    static void Part(StringBuilder text, string type, string body)
    {
        Header(text, "Content-Type", type + "; charset=utf-8");
        Header(text, "Content-Transfer-Encoding", Ascii.IsValid(body) ? "7bit" : "8bit");
        text.Append("\r\n").Append(body.ReplaceLineEndings("\r\n"));
        if (!body.EndsWith('\n'))
            text.Append("\r\n");
    }

    static string Phrase(string name) => Ascii.IsValid(name)
        ? '"' + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'
        : Words(name);

    // RFC 2047 section 2: an encoded word has at most 75 characters, and never ends inside a character.
    static string Words(string value)
    {
        const int BytesPerWord = 45;
        if (Ascii.IsValid(value) && !value.Contains("=?", StringComparison.Ordinal))
            return value;
        var words = new List<string>();
        var bytes = new List<byte>(BytesPerWord);
        var buffer = new byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(buffer);
            if (bytes.Count + length > BytesPerWord)
                EndWord();
            bytes.AddRange(buffer.AsSpan(0, length));
        }
        EndWord();
        return string.Join("\r\n ", words);

        void EndWord()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String(bytes.ToArray())}?=");
            bytes.Clear();
        }
    }
}
