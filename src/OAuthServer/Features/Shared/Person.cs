using OAuthServer.Data;

namespace OAuthServer.Features.Shared;

/// <summary>What userinfo, the identity URL and their like tell of a user.</summary>
public sealed record Person
{
    const string Sql = """
        SELECT id, org_id, username, email, first_name, last_name, language, time_zone, updated_at, created_at, profile_id, status FROM users WHERE id = @p0
        """;

    public required string Id { get; init; }

    public required string OrgId { get; init; }

    public required string Username { get; init; }

    public required string Email { get; init; }

    public required string FirstName { get; init; }

    public required string LastName { get; init; }

    /// <summary>Such as en_US: language and locale are one here.</summary>
    public required string Language { get; init; }

    public required string TimeZone { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string ProfileId { get; init; }

    /// <summary>Has not left. Who is frozen cannot come in, and is still active to those who ask.</summary>
    public required bool IsActive { get; init; }

    public string FullName => $"{FirstName} {LastName}".Trim();

    /// <summary>What stands before the at sign of the username: nobody chooses one here.</summary>
    public string Nickname => Username.Split('@')[0];

    /// <summary>The zone's own distance from UTC in milliseconds, without its summer time: the same all the year round.</summary>
    public long UtcOffset => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? (long)zone.BaseUtcOffset.TotalMilliseconds : 0;

    /// <summary>The user of this fifteen-character id; null when there is none.</summary>
    public static ValueTask<Person?> FindAsync(Database database, string id) => database.ReadAsync<Person?>(Sql, Read, id);

    static Person Read(SqlRow row) => new()
    {
        Id = row.GetString(0),
        OrgId = row.GetString(1),
        Username = row.GetString(2),
        Email = row.GetString(3),
        FirstName = row.GetString(4),
        LastName = row.GetString(5),
        Language = row.GetString(6),
        TimeZone = row.GetString(7),
        UpdatedAt = row.GetTime(8),
        CreatedAt = row.GetTime(9),
        ProfileId = row.GetString(10),
        IsActive = row.GetString(11) != nameof(Policy.UserStatus.Inactive),
    };
}
