using OAuthServer.Data;

namespace OAuthServer.Features.UserInfo;

/// <summary>What userinfo tells of a user.</summary>
sealed record Person(
    string Username, string Email, string FirstName, string LastName, string Language, string TimeZone, DateTimeOffset UpdatedAt, string ProfileId)
{
    internal const string Sql = "SELECT username, email, first_name, last_name, language, time_zone, updated_at, profile_id FROM users WHERE id = @p0";

    internal string FullName => $"{FirstName} {LastName}".Trim();

    /// <summary>The zone's own distance from UTC, without its summer time: the same all the year round.</summary>
    internal long UtcOffset => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? (long)zone.BaseUtcOffset.TotalMilliseconds : 0;

    internal static Person Read(SqlRow row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetTime(6), row.GetString(7));
}
