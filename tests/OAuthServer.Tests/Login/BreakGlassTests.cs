using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>The one account that may go around single sign-on, and who hears of it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class BreakGlassTests(Servers servers)
{
    static readonly ProfileSettings SsoOnly = new()
    {
        Sso = SsoMode.Required,
        Permissions = new() { Administrator = true },
        SecondFactor = new() { Api = ApiSecondFactor.Either },
    };

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Each_use_is_mailed_to_all_administrators_before_it_is_answered_and_a_refused_one_is_not(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync();
        var glass = await org.UserAsync(SsoOnly, change: user => user.IsBreakGlass = true);
        var other = await org.UserAsync(SsoOnly);
        var clerk = await org.UserAsync();
        await glass.EnrolAsync();
        (await glass.LoginAsync(app, TestServer.Office)).IsRefused("invalid_grant", "authentication failure");
        Assert.Empty(await MailsAsync(server, glass));
        var allowed = await glass.LoginAsync(app, TestServer.Office, glass.Code());
        allowed.IsAllowed();
        Assert.Single(await MailsAsync(server, glass, 1));
        var mail = Assert.Single(await MailsAsync(server, other, 1));
        Assert.Contains(glass.Username, mail, StringComparison.Ordinal);
        Assert.Contains(allowed.Reference!, mail, StringComparison.Ordinal);
        Assert.Empty(await MailsAsync(server, clerk));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Nobody_else_of_the_profile_gets_in_with_a_password(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync();
        var user = await org.UserAsync(SsoOnly);
        await user.EnrolAsync();
        var answer = await user.LoginAsync(app, TestServer.Office, user.Code());
        answer.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SsoRequired, (await server.RecordAsync(answer)).Reason);
    }

    static async Task<IReadOnlyList<string>> MailsAsync(TestServer server, TestUser user, int atLeast = 0)
    {
        var email = (await user.RowAsync()).Email;
        string[] Files() => Directory.Exists(server.MailFolder) ? [.. Directory.GetFiles(server.MailFolder, $"*{email}*.eml").Where(f => File.ReadAllText(f).Contains("break-glass account was used", StringComparison.Ordinal))] : [];
        if (atLeast > 0)
            await Until.TrueAsync(() => Task.FromResult(Files().Length >= atLeast));
        return [.. Files().Select(File.ReadAllText)];
    }
}
