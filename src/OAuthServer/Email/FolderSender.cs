using System.Globalization;
using System.Net.Mail;

namespace OAuthServer.Email;

/// <summary>
/// Puts messages into a folder, one .eml file each: for a first try, for tests, and where another program carries them on.
/// The name follows from the message alone, so that sending it again overwrites the same file.
/// </summary>
public sealed class FolderSender(string folder, string from) : IEmailSender
{
    const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const int MaxRecipientInName = 100;
    readonly MailAddress sender = new(from);

    /// <inheritdoc />
    public async Task SendAsync(string id, DateTimeOffset createdAt, Mail mail, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, FolderMode);
            options.UnixCreateMode = FileMode600;
        }

        // Written aside and renamed when it is on disk: who watches the folder never reads half a message.
        var unfinished = Path.Combine(folder, $".{id}.unfinished");
        await using (var file = new FileStream(unfinished, options))
        {
            await file.WriteAsync(EmlText.Compose(id, createdAt, sender, mail), cancellation);
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, Path.Combine(folder, NameOf(id, createdAt, mail.To)), overwrite: true);
    }

    static string NameOf(string id, DateTimeOffset createdAt, string recipient)
    {
        var readable = string.Concat(recipient.Take(MaxRecipientInName)
            .Select(c => char.IsAsciiLetterOrDigit(c) || "@._+-".Contains(c) ? c : '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{createdAt.UtcDateTime:yyyyMMdd-HHmmss}-{readable}-{id}.eml");
    }
}
