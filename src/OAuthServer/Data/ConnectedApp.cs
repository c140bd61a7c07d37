namespace OAuthServer.Data;

/// <summary>A connected app: an OAuth client. How it may log in is in its settings.</summary>
public sealed class ConnectedApp
{
    /// <summary>Fifteen characters, prefix <c>0H4</c>.</summary>
    public required string Id { get; set; }

    /// <summary>Null for one that the server brings along (BuiltInApps), which every organization can switch on for its own users.</summary>
    public string? OrgId { get; set; }

    /// <summary>The client identifier on the wire, unique across the server.</summary>
    public required string ClientId { get; set; }

    public required string Name { get; set; }

    public bool IsActive { get; set; } = true;

    /// <summary>The user a client-credentials login acts as.</summary>
    public string? RunAsUserId { get; set; }

    /// <summary>AppSettings (Apps) as JSON.</summary>
    public required string Settings { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One of an app's secrets, as a keyed hash. Several live at once, so that rotation needs no outage.</summary>
public sealed class AppSecret
{
    public long Id { get; set; }

    public required string AppId { get; set; }

    /// <summary>What the administrator calls it.</summary>
    public required string Name { get; set; }

    /// <summary>Keyed hash (<see cref="MasterKey.KeyedHash"/>).</summary>
    public required string Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it last proved the app, exact to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>The <c>jti</c> of an app's assertion that was accepted, kept until it would expire (RFC 7523 section 3).</summary>
public sealed class UsedAssertion
{
    /// <summary>SHA-256 over the issuer and the <c>jti</c>.</summary>
    public required string Id { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}
