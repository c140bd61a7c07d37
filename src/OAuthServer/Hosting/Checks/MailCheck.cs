using System.Net.Sockets;
using System.Text;
using OAuthServer.Email;

namespace OAuthServer.Hosting.Checks;

/// <summary>Would a message be taken? Asks the mail server for its greeting and its abilities, or writes to the folder.</summary>
static class MailCheck
{
    const string Subject = "mail";

    internal static async Task RunAsync(MailOptions options, List<Finding> findings)
    {
        if (options.Smtp is { } smtp)
            await AskAsync(smtp, findings);
        else
            Write(options.Folder!, findings);
    }

    static void Write(string folder, List<Finding> findings)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, ".doctor");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            findings.Ok(Subject, $"the folder {folder} can be written to.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            findings.Fail(Subject, $"the folder {folder} cannot be written to ({problem.GetType().Name}); correct its permissions, or mail.folder.");
        }
    }

    static async Task AskAsync(SmtpOptions smtp, List<Finding> findings)
    {
        var server = $"{smtp.Host}:{smtp.Port}";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(smtp.TimeoutSeconds));
        try
        {
            var abilities = await AbilitiesAsync(smtp, limit.Token);
            if (abilities is null)
                findings.Fail(Subject, $"{server} does not speak SMTP; correct mail.smtp.host and mail.smtp.port.");
            else if (smtp.StartTls && !abilities.Exists(ability => ability.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
                findings.Fail(Subject, $"{server} does not offer STARTTLS; use a port that does (usually 587).");
            else
                findings.Ok(Subject, $"{server} answers.");
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException)
        {
            findings.Fail(Subject, $"{server} cannot be reached ({problem.GetType().Name}); check the network, and mail.smtp.");
        }
    }

    static async Task<List<string>?> AbilitiesAsync(SmtpOptions smtp, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(smtp.Host, smtp.Port, cancellation);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        if (await ReplyAsync(reader, "220", cancellation) is null)
            return null;
        await stream.WriteAsync("EHLO localhost\r\n"u8.ToArray(), cancellation);
        var abilities = await ReplyAsync(reader, "250", cancellation);
        await stream.WriteAsync("QUIT\r\n"u8.ToArray(), cancellation);
        return abilities;
    }

    /// <summary>The lines of a reply (RFC 5321 section 4.2) without their codes; null when it is another reply.</summary>
    static async Task<List<string>?> ReplyAsync(StreamReader reader, string code, CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (lines.Count < 100 && await reader.ReadLineAsync(cancellation) is { } line && line.StartsWith(code, StringComparison.Ordinal))
        {
            lines.Add(line.Length > 4 ? line[4..].Trim() : "");
            if (line.Length == 3 || line[3] == ' ')
                return lines;
        }
        return null;
    }
}
