namespace OAuthServer.Data;

/// <summary>One change that an administrator, an operator or the server itself made, on whichever way it came. Never changed, never deleted before its time.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }

    /// <summary>Whose organization was changed; null for the server itself.</summary>
    public string? OrgId { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The administrator's user id; null for an operator at the machine and for the server itself.</summary>
    public string? ActorId { get; set; }

    /// <summary>A username, <c>operator NAME</c>, or <c>server</c>.</summary>
    public required string Actor { get; set; }

    /// <summary>The way it came.</summary>
    public AuditDoor Door { get; set; }

    /// <summary>From where; null at the machine itself.</summary>
    public string? SourceAddress { get; set; }

    /// <summary>What was asked for, such as <c>users.freeze</c>.</summary>
    public required string Operation { get; set; }

    /// <summary>What kind of thing was changed, such as <c>user</c>.</summary>
    public required string ObjectKind { get; set; }

    public required string ObjectId { get; set; }

    /// <summary>Its name at the time.</summary>
    public required string ObjectName { get; set; }

    /// <summary>The changed values as they were, as JSON; null when the thing was made. Secrets are masked.</summary>
    public string? Before { get; set; }

    /// <summary>The changed values as they are now, as JSON; null when the thing was removed. Secrets are masked.</summary>
    public string? After { get; set; }
}

/// <summary>The ways a change comes.</summary>
public enum AuditDoor
{
    /// <summary>An administrator's page.</summary>
    Page,

    /// <summary>The administrators' API.</summary>
    Api,

    /// <summary>The program on the machine itself.</summary>
    Cli,

    /// <summary>The server itself: a change that reverted, a brown-out that stopped.</summary>
    Server,
}
