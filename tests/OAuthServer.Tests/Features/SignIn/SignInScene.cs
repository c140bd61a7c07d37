using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SignIn;

/// <summary>What a person does at the sign-in pages.</summary>
static class SignInScene
{
    /// <summary>Types a name, and stands at the password page.</summary>
    internal static async Task<Page> NameAsync(this TestBrowser browser, string username, string query = "")
    {
        var page = await browser.GetAsync("/login" + query);
        var form = new List<(string, string)> { ("Username", username) };
        foreach (var hidden in new[] { "request", "to" })
        {
            if (Regex.Match(page.Html, $"name=\"{hidden}\" value=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match)
                form.Add((hidden, System.Net.WebUtility.HtmlDecode(match.Groups[1].Value)));
        }
        return await browser.GetAsync((await browser.PostAsync(page, "/login", [.. form])).LocalLocation!);
    }

    /// <summary>Types a name and a password; the answer to the latter.</summary>
    internal static async Task<Page> PasswordAsync(this TestBrowser browser, string username, string password, string query = "") =>
        await browser.PostAsync(await browser.NameAsync(username, query), "/login/password", ("Password", password));

    /// <summary>Types a code at a page that asks for it.</summary>
    internal static async Task<Page> CodeAsync(this TestBrowser browser, string path, string code) =>
        await browser.PostAsync(await browser.GetAsync(path), path, ("Code", code));

    /// <summary>True when somebody is signed in at this browser.</summary>
    internal static async Task<bool> IsSignedInAsync(this TestBrowser browser) => (await browser.GetAsync("/logout")).Html.Contains("<form method=\"post\"", StringComparison.Ordinal)
        && (await browser.GetAsync("/logout")).Html.Contains("@example.test", StringComparison.Ordinal);

    /// <summary>The mails to a user, oldest first, once there are so many of them.</summary>
    internal static async Task<IReadOnlyList<string>> MailsAsync(this TestServer server, TestUser user, int atLeast = 1)
    {
        var address = (await user.RowAsync()).Email;
        string[] files = [];
        for (var i = 0; i < 200; i++)
        {
            files = Directory.Exists(server.MailFolder) ? Directory.GetFiles(server.MailFolder, $"*{address}*.eml") : [];
            if (files.Length >= atLeast)
                break;
            await Task.Delay(50);
        }
        return [.. files.OrderBy(File.GetLastWriteTimeUtc).Select(File.ReadAllText)];
    }

    /// <summary>What stands in the text part of a mail.</summary>
    internal static string Find(this IEnumerable<string> mails, string pattern) =>
        mails.Select(mail => Regex.Match(mail, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(1))).Last(match => match.Success).Groups[1].Value;

    /// <summary>Makes the next sign-in not the user's first.</summary>
    internal static Task HasSignedInBeforeAsync(this TestUser user, TestServer server) => user.ChangeAsync(row => row.FirstLoginAt = server.Clock.GetUtcNow().AddDays(-1));

    /// <summary>The pending sign-ins of a user, or of a name.</summary>
    internal static async Task<List<PendingSignIn>> PendingAsync(this TestServer server, string username)
    {
        await using var db = server.Database.NewContext();
        return await db.PendingSignIns.AsNoTracking().Where(p => p.Username == username).ToListAsync();
    }

    /// <summary>The record behind a page's answer.</summary>
    internal static async Task<LoginRecord> RecordAsync(this TestServer server, Page page)
    {
        var id = server.Services.GetRequiredService<LoginReferences>().Parse(page.Headers.GetValues("Login-Reference").Single());
        await using var db = server.Database.NewContext();
        return (await db.LoginRecords.FindAsync(id))!;
    }
}
