using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Orgs;

/// <summary>What a login needs of a user's row.</summary>
public sealed record UserAccount
{
    public required string Id { get; init; }

    public required string OrgId { get; init; }

    public required string ProfileId { get; init; }

    public required string Username { get; init; }

    public required UserStatus Status { get; init; }

    public required bool IsBreakGlass { get; init; }

    public string? PasswordHash { get; init; }

    public DateTimeOffset? PasswordChangedAt { get; init; }

    public required bool MustChangePassword { get; init; }

    public DateTimeOffset? FirstLoginAt { get; init; }

    public required Proof Enrolled { get; init; }

    /// <summary>The account as the rules see it.</summary>
    public UserFacts Facts(LockoutState lockout) => new()
    {
        Id = Id,
        Status = Status,
        Lockout = lockout,
        PasswordChangedAt = PasswordChangedAt,
        MustChangePassword = MustChangePassword,
        Enrolled = Enrolled,
        IsFirstLogin = FirstLoginAt is null,
        IsBreakGlass = IsBreakGlass,
    };
}

/// <summary>Finds accounts for a login, by prepared statements.</summary>
public sealed class UserAccounts(Database database)
{
    const string Columns = """
        SELECT id, org_id, profile_id, username, status, is_break_glass, password_hash, password_changed_at, must_change_password, first_login_at,
               EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = users.id AND a.confirmed_at IS NOT NULL),
               EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = users.id)
        FROM users
        """;

    const string ByName = Columns + " WHERE normalized_username = @p0";
    const string ById = Columns + " WHERE id = @p0";

    public async ValueTask<UserAccount?> FindByNameAsync(string username) =>
        await database.ReadAsync(ByName, Map, Usernames.Normalize(username) ?? "");

    public async ValueTask<UserAccount?> FindByIdAsync(string id) => await database.ReadAsync(ById, Map, id);

    /// <summary>A user that was read with the directory. Second factors do not matter to the channels that run as one.</summary>
    public static UserAccount Of(User user) => new()
    {
        Id = user.Id,
        OrgId = user.OrgId,
        ProfileId = user.ProfileId,
        Username = user.Username,
        Status = user.Status,
        IsBreakGlass = user.IsBreakGlass,
        PasswordHash = user.PasswordHash,
        PasswordChangedAt = user.PasswordChangedAt,
        MustChangePassword = user.MustChangePassword,
        FirstLoginAt = user.FirstLoginAt,
        Enrolled = Proof.None,
    };

    static UserAccount Map(SqlRow row) => new()
    {
        Id = row.GetString(0),
        OrgId = row.GetString(1),
        ProfileId = row.GetString(2),
        Username = row.GetString(3),
        Status = Enum.Parse<UserStatus>(row.GetString(4)),
        IsBreakGlass = row.GetBoolean(5),
        PasswordHash = row.GetStringOrNull(6),
        PasswordChangedAt = row.GetTimeOrNull(7),
        MustChangePassword = row.GetBoolean(8),
        FirstLoginAt = row.GetTimeOrNull(9),
        Enrolled = (row.GetBoolean(10) ? Proof.Totp : Proof.None) | (row.GetBoolean(11) ? Proof.Passkey : Proof.None),
    };
}
