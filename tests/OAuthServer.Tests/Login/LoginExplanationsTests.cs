using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Login;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>What an administrator reads about a login, word for word.</summary>
[Collection(nameof(ServersCollection))]
public sealed partial class LoginExplanationsTests(Servers servers)
{
    [Fact]
    public async Task A_login_without_its_security_token()
    {
        var (server, org, app) = await SceneAsync();
        var user = await org.UserAsync();
        await MatchesAsync(server, await user.LoginAsync(app, TestServer.Outside), "SecurityTokenRequired");
    }

    [Fact]
    public async Task A_login_from_outside_the_profiles_ranges()
    {
        var (server, org, app) = await SceneAsync();
        var user = await org.UserAsync(new() { LoginRanges = ["192.0.2.0/24"] });
        await MatchesAsync(server, await user.LoginAsync(app, TestServer.Office), "OutsideLoginRanges");
    }

    [Fact]
    public async Task A_login_whose_token_was_not_needed()
    {
        var (server, org, app) = await SceneAsync();
        var user = await org.UserAsync();
        await MatchesAsync(server, await user.LoginAsync(app, TestServer.Office, await user.ReceiveTokenAsync()), "TokenNotNeeded");
    }

    static async Task MatchesAsync(TestServer server, Answer answer, string name)
    {
        var record = await server.RecordAsync(answer);
        var text = await server.Services.GetRequiredService<LoginExplanations>().ExplainAsync(record.Id, TestContext.Current.CancellationToken);
        Snapshot.Matches(Changing().Replace(text!, match => match.Value[0] switch
        {
            'L' => "Login ****-**** ",
            'd' => "decided in *.* ms",
            'u' => "user*@example.test",
            'a' => "app-*",
            'O' => "Org *",
            'P' => "Profile *",
            _ => "****-**-** **:**:**.***",
        }), "Explanation." + name);
    }

    async Task<(TestServer Server, TestOrg Org, TestApp App)> SceneAsync()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        return (server, org, await org.AppAsync());
    }

    [GeneratedRegex(@"Login \w{4}-\w{4} |decided in [\d.]+ ms|user\d+@example\.test|app-\d+|Org \d+|Profile \d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", RegexOptions.None, 1000)]
    private static partial Regex Changing();
}
