namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for one client library, to be pasted.</summary>
/// <param name="Client">What it is called.</param>
/// <param name="Language">What it is written in, such as <c>bash</c>.</param>
/// <param name="Text">The text, with the placeholder where the secret belongs.</param>
public sealed record Snippet(string Client, string Language, string Text);

/// <summary>What snippets are filled in with. Never a secret.</summary>
/// <param name="Server">This server's public URL.</param>
/// <param name="Target">The new way.</param>
/// <param name="ClientId">The new app.</param>
/// <param name="Username">Whose account it uses.</param>
/// <param name="RedirectUri">Where the browser comes back to.</param>
public sealed record SnippetFacts(string Server, IntegrationTarget Target, string ClientId, string Username, string RedirectUri)
{
    internal string TokenUrl => Server + "/services/oauth2/token";
}

/// <summary>
/// Ready-to-paste settings for the common client libraries. Pure texts; the secret is never among them: it was shown once.
/// </summary>
public static class Snippets
{
    /// <summary>Where the secret belongs.</summary>
    public const string SecretVariable = "CLIENT_SECRET";

    /// <summary>Where the private key is.</summary>
    public const string KeyFile = "integration.pem";

    /// <summary>All that fit the way; none where nothing is new.</summary>
    public static IReadOnlyList<Snippet> Of(SnippetFacts facts) => facts.Target switch
    {
        IntegrationTarget.ClientCredentials => ClientCredentialsSnippets.Of(facts),
        IntegrationTarget.JwtBearer => JwtBearerSnippets.Of(facts),
        IntegrationTarget.AuthorizationCode => CodeSnippets.Of(facts),
        IntegrationTarget.Device => DeviceSnippets.Of(facts),
        IntegrationTarget.SamlBearer => SamlSnippets.Of(facts),
        IntegrationTarget.TrustedRange or IntegrationTarget.None => [],
    };

    /// <summary>
    /// A value that can stand between the quotes of every language here: what holds a quote of any of them is left for the reader to write, so
    /// that nothing pasted means anything else than it says.
    /// </summary>
    internal static string Plain(string value) => value.All(c => c is > ' ' and < '\x7f' and not ('\'' or '"' or '\\' or '`' or '$')) ? value : "WRITE-IT-HERE";
}
