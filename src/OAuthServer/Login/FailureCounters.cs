using OAuthServer.Data;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Login;

/// <summary>The failed attempts of an account as they stand in a write batch, and the password they were made at.</summary>
sealed record FailureCounters(LockoutState Trusted, LockoutState Untrusted, DateTimeOffset? PasswordChangedAt)
{
    /// <summary>To be completed by <see cref="Database.ForUpdate"/>.</summary>
    internal const string ReadSql = """
        SELECT trusted_failures, trusted_last_failure_at, untrusted_failures, untrusted_last_failure_at, password_changed_at FROM users WHERE id = @p0
        """;

    const string WriteTrustedSql = "UPDATE users SET trusted_failures = @p1, trusted_last_failure_at = @p2 WHERE id = @p0";
    const string WriteUntrustedSql = "UPDATE users SET untrusted_failures = @p1, untrusted_last_failure_at = @p2 WHERE id = @p0";

    /// <summary>Those that count for this class of origin.</summary>
    internal LockoutState For(bool trusted) => trusted ? Trusted : Untrusted;

    internal static FailureCounters Read(SqlRow row) => new(new(row.GetInt32(0), row.GetTimeOrNull(1)), new(row.GetInt32(2), row.GetTimeOrNull(3)), row.GetTimeOrNull(4));

    internal static async ValueTask WriteAsync(SqlSession sql, string userId, bool trusted, int failures, DateTimeOffset? lastAt) =>
        await sql.ExecuteAsync(trusted ? WriteTrustedSql : WriteUntrustedSql, userId, failures, lastAt?.ToUnixTimeMilliseconds());
}
