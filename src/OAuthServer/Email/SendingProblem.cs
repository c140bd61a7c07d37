using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OAuthServer.Email;

/// <summary>Says in one line why a message did not leave, for the row, the log and the administrator.</summary>
static partial class SendingProblem
{
    const int MaxLength = 300;

    // A mail server's own words are left out: some quote the message they refuse, and with it the secret in it.
    // The reply code and the enhanced status code (RFC 3463) say the same without quoting.
    internal static string Describe(Exception problem)
    {
        var text = problem switch
        {
            OperationCanceledException => "The attempt took too long and was cut off.",
            CryptographicException => "The stored body cannot be decrypted: it was written under another master key, or is damaged.",
            SmtpException { StatusCode: not SmtpStatusCode.GeneralFailure } refusal =>
                $"The mail server answered {(int)refusal.StatusCode}{EnhancedStatus().Match(refusal.Message).Value}.",
            SmtpException failure => Root(failure) switch
            {
                SocketException socket => $"The mail server cannot be reached ({socket.SocketErrorCode}).",
                AuthenticationException tls => "TLS with the mail server failed: " + tls.Message,
                SmtpException own => FirstSentence(own.Message),
                var other => $"The talk with the mail server failed ({other.GetType().Name}).",
            },
            UnauthorizedAccessException or IOException => $"The message could not be written ({problem.GetType().Name}): {problem.Message}",
            _ => $"Sending failed ({problem.GetType().Name}).",
        };
        return text.Length <= MaxLength ? text : text[..MaxLength];
    }

    // The client's own words; after them it may quote an answer that it did not understand.
    static string FirstSentence(string text) => text.IndexOf('.', StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : text;

    static Exception Root(Exception problem)
    {
        while (problem.InnerException is { } inner)
            problem = inner;
        return problem;
    }

    [GeneratedRegex(@" [245]\.\d{1,3}\.\d{1,3}\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EnhancedStatus();
}
