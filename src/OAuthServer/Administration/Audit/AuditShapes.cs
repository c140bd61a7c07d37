using System.Text.Json;
using OAuthServer.Data;

namespace OAuthServer.Administration.Audit;

/// <summary>Which entries of the audit trail; what is null does not matter.</summary>
/// <param name="Actor">Who did it: a username, <c>operator NAME</c> or <c>server</c>.</param>
/// <param name="Kind">What kind of thing was changed, such as <c>user</c>.</param>
/// <param name="ObjectId">Which thing.</param>
/// <param name="Object">A part of its name.</param>
/// <param name="Operation">What was asked for, such as <c>users.freeze</c>, or a room such as <c>users</c>.</param>
/// <param name="Door">The way it came.</param>
/// <param name="From">Not before.</param>
/// <param name="Until">Before.</param>
/// <param name="Limit">How many at once: 1 to 500.</param>
/// <param name="After">What the last answer called next.</param>
public sealed record ListAudit(
    string? Actor = null, string? Kind = null, string? ObjectId = null, string? Object = null, string? Operation = null, AuditDoor? Door = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null, int? Limit = null, string? After = null);

/// <summary>One change, in the list.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Door">The way it came.</param>
/// <param name="From">From which address; null at the machine itself.</param>
/// <param name="Operation">What was asked for.</param>
/// <param name="Kind">What kind of thing was changed.</param>
/// <param name="ObjectId">Which.</param>
/// <param name="Object">Its name at the time.</param>
public sealed record AuditLine(long Id, DateTimeOffset At, string Actor, AuditDoor Door, string? From, string Operation, string Kind, string ObjectId, string Object);

/// <summary>An entry by its number.</summary>
public sealed record AuditNumber(long Id);

/// <summary>One change with what it changed. Secrets are masked.</summary>
/// <param name="Entry">Who, when, what.</param>
/// <param name="Before">The changed values as they were; null when the thing was made.</param>
/// <param name="After">The changed values as they are; null when the thing was removed.</param>
/// <param name="Differences">The same, one value a line.</param>
public sealed record AuditSight(AuditLine Entry, JsonElement? Before, JsonElement? After, IReadOnlyList<AuditDifference> Differences);

/// <summary>One value that was changed.</summary>
/// <param name="Path">Which, such as <c>settings.lockout.minutes</c>.</param>
/// <param name="Before">As it was; null when it was not there.</param>
/// <param name="After">As it is; null when it is not there.</param>
public sealed record AuditDifference(string Path, string? Before, string? After);
