using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace OAuthServer.Email;

/// <summary>
/// Hands messages to a mail server (RFC 5321). TLS is by STARTTLS and is demanded, never merely tried, when the options say so:
/// a server that does not offer it, or shows a certificate nobody here trusts, gets neither the password nor the message.
/// </summary>
public sealed class SmtpSender(SmtpOptions server, string from) : IEmailSender
{
    const int MaxLine = 998;
    readonly MailAddress sender = new(from);

    /// <inheritdoc />
    public async Task SendAsync(string id, DateTimeOffset createdAt, Mail mail, CancellationToken cancellation)
    {
        // A client keeps one connection and is not for several callers: one for each message.
        using var client = new SmtpClient(server.Host, server.Port)
        {
            EnableSsl = server.StartTls,
            Timeout = server.TimeoutSeconds * 1000,
            UseDefaultCredentials = false,
            Credentials = server.Username is null ? null : new NetworkCredential(server.Username, server.Password),
            DeliveryFormat = SmtpDeliveryFormat.International,
        };
        using var message = Compose(id, mail);
        await client.SendMailAsync(message, cancellation);
    }

    MailMessage Compose(string id, Mail mail)
    {
        var message = new MailMessage(sender, new MailAddress(mail.To))
        {
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
        };
        message.Headers["Message-ID"] = $"<{id}@{sender.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated"; // RFC 3834: no out-of-office answers, please
        var text = Lines(mail.Text);
        if (mail.Html is null)
        {
            message.Body = text;
            message.BodyEncoding = Encoding.UTF8;
            message.BodyTransferEncoding = EncodingFor(text);
        }
        else
        {
            // Plain first: the last alternative is the preferred one (RFC 2046 section 5.1.4).
            message.AlternateViews.Add(View(text, MediaTypeNames.Text.Plain));
            message.AlternateViews.Add(View(Lines(mail.Html), MediaTypeNames.Text.Html));
        }
        return message;
    }

    static AlternateView View(string text, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(text, Encoding.UTF8, type);
        view.TransferEncoding = EncodingFor(text);
        return view;
    }

    // As it stands where every server must carry it so (RFC 5321 section 4.5.3.1.6). Else Base64: the client's
    // quoted-printable encodes line breaks too, which RFC 2045 section 6.7 forbids in text.
    static TransferEncoding EncodingFor(string text) =>
        Ascii.IsValid(text) && text.Split("\r\n").All(line => line.Length <= MaxLine) ? TransferEncoding.SevenBit : TransferEncoding.Base64;

    static string Lines(string text) => text.ReplaceLineEndings("\r\n");
}
