using System.Net;
using System.Text;
using OAuthServer.Administration.SignIns;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>What an administrator finds in the login history.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInOperationsTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Each_filter_finds_its_own_and_nothing_else(string database)
    {
        var (scene, user, token) = await HistoryAsync(database);
        async Task<string[]> Find(SignInFilter filter) => [.. (await ListAsync(scene, filter)).Items.Select(line => $"{line.Decision} {line.Network} {line.TokenUsed} {line.TokenNeeded}")];
        Assert.NotEmpty(token);
        var byUser = new SignInFilter(User: user.Username);
        Assert.Equal(["allow Head office True False", "allow Head office False False", "allow  True True", "deny  False True"], await Find(byUser));
        Assert.Equal(["allow Head office True False", "allow  True True"], await Find(byUser with { Token = TokenUse.Used }));
        Assert.Equal(["allow Head office True False"], await Find(byUser with { Token = TokenUse.UsedNotNeeded }));
        Assert.Equal(["deny  False True"], await Find(new(Token: TokenUse.Missing)));
        Assert.Equal(["deny  False True"], await Find(new(Decision: "deny")));
        Assert.Equal(["deny  False True"], await Find(new(Rule: "SecurityTokenOffTrustedNetwork")));
        Assert.Equal(["allow Head office True False", "allow Head office False False"], await Find(new(Network: "Head office")));
        Assert.Equal(["allow Head office True False", "allow Head office False False"], await Find(new(Address: TestServer.Office)));
        Assert.Equal(4, (await Find(new(Channel: LoginChannel.PasswordGrant))).Length);
        Assert.Empty(await Find(new(Channel: LoginChannel.Device)));
        Assert.Empty(await Find(new(From: scene.Server.Clock.GetUtcNow().AddHours(1))));
        Assert.Empty(await Find(new(Until: scene.Server.Clock.GetUtcNow().AddDays(-1))));
        Assert.Equal(5, (await Find(new(From: scene.Server.Clock.GetUtcNow().AddMinutes(-1)))).Length);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Parts_follow_one_another_without_a_gap(string database)
    {
        var (scene, user, _) = await HistoryAsync(database);
        foreach (var filter in new[] { new SignInFilter(), new SignInFilter(User: user.Username) })
        {
            var all = (await ListAsync(scene, filter)).Items.Select(line => line.Reference).ToList();
            var parts = new List<string>();
            for (var after = (string?)null; ;)
            {
                var part = await ListAsync(scene, filter with { Limit = 2, After = after });
                parts.AddRange(part.Items.Select(line => line.Reference));
                if ((after = part.Next) is null)
                    break;
            }
            Assert.Equal(all, parts);
            Assert.Equal(all.Take(1), (await ListAsync(scene, filter with { Since = all[1] })).Items.Select(line => line.Reference));
        }
    }

    [Fact]
    public async Task A_reference_opens_the_explanation_with_the_smallest_change_and_of_the_own_organization_alone()
    {
        var (scene, user, _) = await HistoryAsync("SQLite");
        var refused = (await ListAsync(scene, new(Decision: "deny"))).Items.Single();
        var answer = await scene.GetAsync("/sign-ins/" + refused.Reference.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("append the current security token", answer.Text, StringComparison.Ordinal);
        var page = await scene.Browser.GetAsync("/setup/sign-ins/" + refused.Reference);
        Assert.Contains("append the current security token", page.Html, StringComparison.Ordinal);
        Assert.Contains(user.Username, page.Html, StringComparison.Ordinal);
        var other = await AdminScene.NewAsync(scene.Server);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync("/sign-ins/" + refused.Reference)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.Browser.GetAsync("/setup/sign-ins/" + refused.Reference)).Status);
        Assert.DoesNotContain(user.Username, (await other.GetAsync("/sign-ins")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_uses_a_token_is_known_also_from_inside_the_trusted_networks()
    {
        var (scene, user, _) = await HistoryAsync("SQLite");
        var users = (await scene.Room<TokenUserOperations>().ListAsync(await scene.CallAsync("sign-ins.token-users"), new())).Value!.Items;
        Assert.Equal([(user.Username, null, 1, 0), (user.Username, "Head office", 0, 1)], users.Select(use => (use.User, use.Network, use.Needed, use.NotNeeded)).OrderBy(use => use.Network, StringComparer.Ordinal));
        Assert.Contains("Head office", (await scene.Browser.GetAsync("/setup/sign-ins/token-users")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_holds_all_and_no_formula_of_a_stranger()
    {
        var (scene, user, _) = await HistoryAsync("SQLite");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "password"), new("client_id", scene.App.ClientId), new("client_secret", scene.App.Secret), new("username", user.Username), new("password", "wrong")]),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", "=HYPERLINK(\"http://evil.test\",\"x\")");
        await scene.Server.SendAsync(request);
        var page = await scene.Browser.GetAsync("/setup/sign-ins?handler=Csv&user=" + Uri.EscapeDataString(user.Username));
        var lines = page.Html.TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        Assert.StartsWith("reference,time,user,app,channel", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"http://evil.test\"\",\"\"x\"\")\"", lines[1], StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetByteCount(page.Html), Encoding.UTF8.GetByteCount((await scene.GetAsync("/sign-ins.csv?user=" + Uri.EscapeDataString(user.Username))).Text));
    }

    static async Task<OAuthServer.Administration.AdminPage<SignInLine>> ListAsync(AdminScene scene, SignInFilter filter)
    {
        var answer = await scene.Room<SignInOperations>().ListAsync(await scene.CallAsync("sign-ins.list"), filter);
        Assert.Null(answer.Refusal);
        return answer.Value!;
    }

    /// <summary>One user who comes without a token and is refused, with it, from the office, and from the office with a token that nobody asked for.</summary>
    async Task<(AdminScene Scene, TestUser User, string Token)> HistoryAsync(string database)
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var token = await user.ReceiveTokenAsync();
        foreach (var (from, password) in new[] { (TestServer.Outside, user.Password), (TestServer.Outside, user.Password + token), (TestServer.Office, user.Password), (TestServer.Office, user.Password + token) })
            await scene.Server.TokenAsync(from, ("grant_type", "password"), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret), ("username", user.Username), ("password", password));
        return (scene, user, token);
    }
}
