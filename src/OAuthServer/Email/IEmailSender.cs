namespace OAuthServer.Email;

/// <summary>Delivers one message: by SMTP, or into a folder.</summary>
public interface IEmailSender
{
    /// <summary>
    /// Returns when the message is in the receiver's hands. Sending the same id twice must not make two messages where that
    /// can be helped.
    /// </summary>
    /// <param name="id">Stable over retries; becomes the Message-ID.</param>
    /// <param name="createdAt">When the message came into being, stable over retries too; becomes its date.</param>
    /// <param name="mail">The message.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task SendAsync(string id, DateTimeOffset createdAt, Mail mail, CancellationToken cancellation);
}
