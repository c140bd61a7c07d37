using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Email;

public sealed class FolderSenderTests : IDisposable
{
    const string Id = "0123456789abcdef0123456789abcdef";
    static readonly DateTimeOffset At = new(2026, 3, 4, 10, 0, 5, TimeSpan.Zero);
    readonly string root = Directory.CreateTempSubdirectory("oauthserver-test-").FullName;

    string Folder => Path.Combine(root, "mail");

    static Mail Working { get; } = new("ada@example.com", "Your new security token", "Your token:\n\nZm9vYmFyYmF6cXV4cXV1eDEy\n\n.dots and = stay\n");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_message_becomes_one_file_named_by_time_recipient_and_id()
    {
        var text = await SendAsync(Working);
        Assert.Equal($"20260304-100005-ada@example.com-{Id}.eml", Path.GetFileName(Assert.Single(Directory.GetFiles(Folder))));
        Snapshot.Matches(text, "plain");
    }

    [Fact]
    public async Task Both_alternatives_stand_readable_in_the_file()
    {
        Snapshot.Matches(await SendAsync(Working with { Text = "Grüße\n", Html = "<p>Grüße</p>" }), "alternatives");
    }

    [Fact]
    public async Task The_token_stands_alone_on_its_line()
    {
        Assert.Contains("Zm9vYmFyYmF6cXV4cXV1eDEy", (await SendAsync(Working)).Split("\r\n"));
    }

    [Fact]
    public async Task Sending_again_overwrites_and_leaves_nothing_else()
    {
        await SendAsync(Working);
        await SendAsync(Working);
        Assert.Single(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Only_the_owner_reads_the_folder_and_the_files()
    {
        if (OperatingSystem.IsWindows())
            return; // no such modes there
        await SendAsync(Working);
        Assert.Equal(Convert.ToInt32("700", 8), (int)File.GetUnixFileMode(Folder));
        Assert.Equal(Convert.ToInt32("600", 8), (int)File.GetUnixFileMode(Directory.GetFiles(Folder)[0]));
    }

    [Fact]
    public async Task A_recipient_cannot_lead_out_of_the_folder()
    {
        await SendAsync(Working with { To = "../../ada/x@example.com" });
        Assert.Equal($"20260304-100005-.._.._ada_x@example.com-{Id}.eml", Path.GetFileName(Assert.Single(Directory.GetFiles(Folder))));
    }

    [Fact]
    public async Task A_long_foreign_subject_is_folded_into_encoded_words()
    {
        var subject = string.Concat(Enumerable.Repeat("Прüfung ✓ ", 12)).Trim();
        var text = await SendAsync(Working with { Subject = subject });
        Assert.All(text.Split("\r\n\r\n")[0].Split("\r\n"), line => Assert.InRange(line.Length, 1, 100));
        var words = text.Split("Subject: ")[1].Split("\r\nMessage-ID")[0].Split("\r\n ");
        Assert.All(words, word => Assert.InRange(word.Length, 1, 75));
        Assert.Equal(subject, string.Concat(words.Select(word => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(word[10..^2])))));
    }

    async Task<string> SendAsync(Mail mail)
    {
        await new FolderSender(Folder, "Sign-in <no-reply@example.com>")
            .SendAsync(Id, At, mail, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(Directory.GetFiles(Folder).Order().Last(), TestContext.Current.CancellationToken);
    }
}
