using System.Diagnostics;
using OAuthServer.Administration.Integrations;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

public sealed class SnippetsTests
{
    static SnippetFacts Facts(IntegrationTarget target, string username = "nightly@example.com") =>
        new("https://login.example.com", target, "nightly-1a2b3c4d", username, "http://localhost:1717/OauthRedirect");

    [Theory]
    [InlineData(IntegrationTarget.ClientCredentials)]
    [InlineData(IntegrationTarget.JwtBearer)]
    [InlineData(IntegrationTarget.AuthorizationCode)]
    [InlineData(IntegrationTarget.Device)]
    [InlineData(IntegrationTarget.SamlBearer)]
    public void Settings_are_as_reviewed(IntegrationTarget target) =>
        Snapshot.Matches(string.Join("\n\n", Snippets.Of(Facts(target)).Select(snippet => $"# ---- {snippet.Client} ({snippet.Language})\n{snippet.Text}")), "snippets-" + target);

    /// <summary>What a client cannot do by itself its lines say, and go by the access token.</summary>
    [Theory]
    [InlineData(IntegrationTarget.ClientCredentials)]
    [InlineData(IntegrationTarget.JwtBearer)]
    [InlineData(IntegrationTarget.AuthorizationCode)]
    [InlineData(IntegrationTarget.Device)]
    [InlineData(IntegrationTarget.SamlBearer)]
    public void Every_client_has_its_lines_for_every_way(IntegrationTarget target) =>
        Assert.Equal(["curl", "jsforce", "sf CLI", "simple-salesforce", ".NET", "Java"], Snippets.Of(Facts(target)).Select(snippet => snippet.Client));

    /// <summary>What can be read by a parser that is at hand is one its parser takes.</summary>
    [Theory]
    [InlineData("bash", "bash", "-n")]
    [InlineData("python", "python3", "-m", "ast")]
    public async Task They_are_the_language_they_say(string language, string tool, params string[] arguments)
    {
        foreach (var snippet in Enum.GetValues<IntegrationTarget>().SelectMany(target => Snippets.Of(Facts(target))).Where(snippet => snippet.Language == language))
        {
            using var parser = Process.Start(new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (said, wrong) = (parser.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), parser.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await parser.StandardInput.WriteAsync(snippet.Text);
            parser.StandardInput.Close();
            await parser.WaitForExitAsync(TestContext.Current.CancellationToken);
            await said;
            Assert.True(parser.ExitCode == 0, $"{snippet.Client}: {await wrong}");
        }
    }

    [Fact]
    public void Nothing_breaks_out_of_its_quotes() =>
        Assert.All(Enum.GetValues<IntegrationTarget>().SelectMany(target => Snippets.Of(Facts(target, "x'; rm -rf / #"))), snippet => Assert.DoesNotContain("rm -rf", snippet.Text, StringComparison.Ordinal));
}
