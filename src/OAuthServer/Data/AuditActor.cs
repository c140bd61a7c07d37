namespace OAuthServer.Data;

/// <summary>Who changes something, when, and on which way it came. A context that has one writes the audit trail of all it saves.</summary>
/// <param name="UserId">The administrator; null for an operator at the machine and for the server itself.</param>
/// <param name="Name">A username, <c>operator NAME</c>, or <c>server</c>.</param>
/// <param name="Door">The way it came.</param>
/// <param name="From">From where; null at the machine itself.</param>
/// <param name="Operation">What was asked for, such as <c>users.freeze</c>.</param>
/// <param name="At">When.</param>
public sealed record AuditActor(string? UserId, string Name, AuditDoor Door, string? From, string Operation, DateTimeOffset At)
{
    /// <summary>The server itself.</summary>
    public static AuditActor Server(string operation, DateTimeOffset at) => new(null, "server", AuditDoor.Server, null, operation, at);
}
