using OAuthServer.Accounts;
using OAuthServer.Email;
using OAuthServer.Hosting.Tls;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting;

/// <summary>Deployment facts: config/server.json after validation, every reference resolved, every path absolute.</summary>
public sealed record ServerOptions
{
    /// <summary>Where to listen, such as <c>http://localhost:5000</c>; several separated by semicolons.</summary>
    public string Listen { get; init; } = "http://localhost:5000";

    /// <summary>The issuer and the root of every link; no trailing slash.</summary>
    public string PublicUrl { get; init; } = "http://localhost:5000";

    /// <summary>The certificate of its https addresses; null when it has none.</summary>
    public TlsOptions? Tls { get; init; }

    public required DatabaseOptions Database { get; init; }

    /// <summary>32 bytes.</summary>
    public required byte[] MasterKey { get; init; }

    public required MailOptions Mail { get; init; }

    public TrustedProxyOptions TrustedProxies { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    public PasswordHashingOptions Passwords { get; init; } = new();

    public KeyOptions Keys { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();
}

/// <summary>One of the two databases.</summary>
public sealed record DatabaseOptions
{
    /// <summary>File of the embedded database.</summary>
    public string? SqlitePath { get; init; }

    /// <summary>Connection string of PostgreSQL.</summary>
    public string? PostgresConnectionString { get; init; }
}

/// <summary>Whose X-Forwarded-For is believed. Nobody's, unless listed.</summary>
public sealed record TrustedProxyOptions
{
    /// <summary>Addresses or CIDR ranges of the proxies in front.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>How many proxies there are in a row.</summary>
    public int Hops { get; init; } = 1;
}

/// <summary>Where traces and metrics go.</summary>
public sealed record TelemetryOptions
{
    /// <summary>OTLP over HTTP, such as <c>http://localhost:4318</c>; null = nowhere.</summary>
    public string? OtlpEndpoint { get; init; }
}
