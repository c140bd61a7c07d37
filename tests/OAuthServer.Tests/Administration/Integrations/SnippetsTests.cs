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

    [Fact]
    public void Nothing_breaks_out_of_its_quotes() =>
        Assert.All(Snippets.Of(Facts(IntegrationTarget.JwtBearer, "x'; rm -rf / #")), snippet => Assert.DoesNotContain("rm -rf", snippet.Text, StringComparison.Ordinal));
}
