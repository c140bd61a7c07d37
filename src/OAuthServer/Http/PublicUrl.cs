namespace OAuthServer.Http;

/// <summary>The address under which the world knows this server: the issuer, and the root of every link. Configured, never taken from a request.</summary>
/// <param name="Value">Origin and optional path, without a trailing slash.</param>
public sealed record PublicUrl(string Value)
{
    /// <summary>The absolute form of a path that begins with a slash.</summary>
    public string At(string path) => Value + path;

    public override string ToString() => Value;
}
