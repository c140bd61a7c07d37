using OAuthServer.Accounts;
using OAuthServer.Email;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting.Configuration;

/// <summary>config/server.json as it is written: references not yet resolved, nothing checked.</summary>
sealed record ServerFile
{
    public string Listen { get; init; } = "http://localhost:5000";

    public string PublicUrl { get; init; } = "http://localhost:5000";

    /// <summary>Lets <see cref="PublicUrl"/> be http on a host that is not this machine.</summary>
    public bool AllowInsecurePublicUrl { get; init; }

    /// <summary>Null where a proxy ends TLS, or nobody.</summary>
    public TlsFile? Tls { get; init; }

    public required DatabaseFile Database { get; init; }

    /// <summary>A reference.</summary>
    public required string MasterKey { get; init; }

    public required MailOptions Mail { get; init; }

    public TrustedProxyOptions TrustedProxies { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    public PasswordHashingOptions Passwords { get; init; } = new();

    public KeyOptions Keys { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();
}

/// <summary>Which of the two databases.</summary>
enum DatabaseKind
{
    /// <summary>Embedded; one server.</summary>
    Sqlite,

    /// <summary>For several servers.</summary>
    Postgres,
}

/// <summary>The database as it is written.</summary>
sealed record DatabaseFile
{
    public required DatabaseKind? Kind { get; init; }

    public string? Path { get; init; }

    /// <summary>A reference, or a connection string without a password.</summary>
    public string? ConnectionString { get; init; }
}
