namespace OAuthServer.Data;

/// <summary>An e-mail that must leave. Written in the transaction of its cause; the body is erased once it has left.</summary>
public sealed class OutboxMessage
{
    /// <summary>Also the Message-ID's left side, so that a repeated delivery can be recognised.</summary>
    public required string Id { get; set; }

    /// <summary>The organization it was written for; null = the server's own, or older than this column.</summary>
    public string? OrgId { get; set; }

    public required string Recipient { get; set; }

    public required string Subject { get; set; }

    /// <summary>Text and HTML, encrypted under the master key; empty after sending.</summary>
    public required byte[] Body { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset NextAttemptAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? LastError { get; set; }
}

/// <summary>A key of ASP.NET Core Data Protection, encrypted under the master key.</summary>
public sealed class DataProtectionKey
{
    public required string Name { get; set; }

    public required string Xml { get; set; }
}

/// <summary>One row. Its number rises with every change of organizations, profiles, networks, apps, signing keys and the standing of users.</summary>
public sealed class ChangeStamp
{
    public int Id { get; set; }

    public long Version { get; set; }
}
