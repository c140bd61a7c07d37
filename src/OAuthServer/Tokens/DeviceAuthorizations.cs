using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>
/// Devices that wait for a person's approval (RFC 8628). Owns both codes, which are here as keyed hashes only, their ten minutes, the
/// pace of polls and the one use. Who may approve, the gate decides before; what the device gets, the mint makes after.
/// </summary>
public sealed class DeviceAuthorizations(Database database, WriteQueue writes, MasterKey master, TimeProvider clock)
{
    /// <summary>How long the codes live.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    const string DevicePurpose = "device-code";
    const string UserPurpose = "user-code";
    const int CodeBytes = 32;
    const int Interval = 5;
    const int Slower = 5;

    const string InsertSql = """
        INSERT INTO device_authorizations (hash, user_code_hash, app_id, scope, source_address, created_at, expires_at, interval_seconds, is_approved, proven, profile_version)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, 0, 0) ON CONFLICT DO NOTHING
        """;

    const string FindSql = """
        SELECT hash, app_id, scope, source_address, created_at, user_id FROM device_authorizations
        WHERE user_code_hash = @p0 AND expires_at > @p1 AND used_at IS NULL AND (decided_at IS NULL OR is_approved)
        """;

    const string ApproveSql = """
        UPDATE device_authorizations SET decided_at = @p1, is_approved = @p2, user_id = @p3, session_id = @p4, proven = @p5, trusted_network = @p6,
            profile_version = @p7, password_changed_at = @p8, authenticated_at = @p9, reference = @p10
        WHERE hash = @p0 AND decided_at IS NULL AND expires_at > @p1
        """;

    const string DenySql = "UPDATE device_authorizations SET decided_at = @p1, user_id = @p2 WHERE hash = @p0 AND decided_at IS NULL AND expires_at > @p1";

    const string ReadSql = """
        SELECT app_id, scope, expires_at, interval_seconds, last_polled_at, decided_at, is_approved, used_at, user_id, session_id, proven,
            trusted_network, profile_version, password_changed_at, authenticated_at, reference
        FROM device_authorizations WHERE hash = @p0
        """;

    const string PolledSql = "UPDATE device_authorizations SET last_polled_at = @p1, interval_seconds = interval_seconds + @p2 WHERE hash = @p0";
    const string SpendSql = """
        UPDATE device_authorizations SET used_at = @p1 WHERE hash = @p0 AND used_at IS NULL AND is_approved AND expires_at > @p1
            AND EXISTS (SELECT 1 FROM browser_sessions s WHERE s.id = session_id AND s.ended_at IS NULL)
            AND EXISTS (SELECT 1 FROM users u JOIN organizations o ON o.id = u.org_id WHERE u.id = device_authorizations.user_id AND u.status = @p2 AND o.status = @p3)
        """;

    readonly string readSql = ReadSql + database.ForUpdate;

    /// <summary>Makes both codes.</summary>
    public async Task<NewDeviceAuthorization> StartAsync(AppEntry app, string scope, string? from)
    {
        while (true)
        {
            var device = RandomId.New(CodeBytes);
            var user = UserCodes.New();
            var now = clock.GetUtcNow();
            // Of one user code in use twice the second is made anew: one in 25 thousand million, but a person would approve a stranger's device.
            if (await writes.CommitAsync(scoped => scoped.Sql.ExecuteAsync(
                InsertSql, HashOf(device), HashOfUserCode(user), app.App.Id, scope, from, Millis(now), Millis(now + Lifetime), Interval, false)) == 1)
                return new(device, UserCodes.Display(user), Lifetime, TimeSpan.FromSeconds(Interval));
        }
    }

    /// <summary>The device that shows this code, in its normal form, while it waits or before it has fetched what was approved.</summary>
    public async ValueTask<WaitingDevice?> FindAsync(string userCode) => await database.ReadAsync(
        FindSql,
        static row => new WaitingDevice(row.GetString(0), row.GetString(1), row.GetString(2), row.GetStringOrNull(3), row.GetTime(4), row.GetStringOrNull(5)),
        HashOfUserCode(userCode), Millis(clock.GetUtcNow()));

    /// <summary>Keeps a person's yes; false when somebody has decided before, or too late.</summary>
    public async Task<bool> ApproveAsync(WaitingDevice device, DeviceApproval approval) => await writes.CommitAsync(async scope =>
        await scope.Sql.ExecuteAsync(
            ApproveSql, device.Id, Millis(clock.GetUtcNow()), true, approval.UserId, approval.SessionId, (int)approval.Assurance.Proven,
            approval.Assurance.TrustedNetwork, approval.ProfileVersion, approval.PasswordChangedAt?.ToUnixTimeMilliseconds(),
            Millis(approval.AuthenticatedAt), approval.Reference) == 1);

    /// <summary>Keeps a person's no; false when somebody has decided before, or too late.</summary>
    public async Task<bool> DenyAsync(WaitingDevice device, string userId) => await writes.CommitAsync(async scope =>
        await scope.Sql.ExecuteAsync(DenySql, device.Id, Millis(clock.GetUtcNow()), userId) == 1);

    /// <summary>Answers a poll. What was approved is found by many that come at once, and spent by one.</summary>
    public async Task<DevicePoll> PollAsync(string deviceCode, AppEntry app)
    {
        var hash = HashOf(deviceCode);
        return await writes.CommitAsync(async scope =>
        {
            if (await scope.Sql.FirstAsync(readSql, Map, hash) is not { } row || row.AppId != app.App.Id || row.IsUsed)
                return new DevicePoll.Unknown();
            var now = clock.GetUtcNow();
            if (row.ExpiresAt <= now)
                return new DevicePoll.Expired();
            if (row.IsDecided && row.Approval is null)
                return new DevicePoll.Denied();
            if (row.Approval is { } approval)
                return new DevicePoll.Approved(hash, approval, row.Scope, now);
            var isTooFast = row.LastPolledAt is { } last && now < last + row.Interval;
            await scope.Sql.ExecuteAsync(PolledSql, hash, Millis(now), isTooFast ? Slower : 0);
            return (DevicePoll)(isTooFast ? new DevicePoll.TooFast() : new DevicePoll.Pending());
        });
    }

    /// <summary>
    /// Uses an approval up, in the batch that makes its grant; true for exactly one caller. It is as good as the session it was given in:
    /// false once that has ended, the user is not in order, or the user has withdrawn the app (which ends the code's time).
    /// </summary>
    public async ValueTask<bool> SpendAsync(WriteScope scope, DevicePoll.Approved approved) => await scope.Sql.ExecuteAsync(
        SpendSql, approved.Id, Millis(clock.GetUtcNow()), nameof(UserStatus.Active), nameof(OrgStatus.Open)) == 1;

    string HashOf(string deviceCode) => master.KeyedHash(DevicePurpose, deviceCode);

    string HashOfUserCode(string userCode) => master.KeyedHash(UserPurpose, userCode);

    static long Millis(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    static Row Map(SqlRow row) => new(
        row.GetString(0), row.GetString(1), row.GetTime(2), TimeSpan.FromSeconds(row.GetInt32(3)), row.GetTimeOrNull(4), !row.IsNull(5), !row.IsNull(7),
        !row.GetBoolean(6) ? null : new DeviceApproval
        {
            UserId = row.GetString(8),
            SessionId = row.GetString(9),
            Assurance = new((Proof)row.GetInt32(10), row.GetStringOrNull(11)),
            ProfileVersion = row.GetInt32(12),
            PasswordChangedAt = row.GetTimeOrNull(13),
            AuthenticatedAt = row.GetTime(14),
            Reference = row.GetString(15),
        });

    sealed record Row(
        string AppId, string Scope, DateTimeOffset ExpiresAt, TimeSpan Interval, DateTimeOffset? LastPolledAt, bool IsDecided, bool IsUsed, DeviceApproval? Approval);
}
