using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>
/// Brings the inventory up to date from the login records, on from the record that was counted last. Owns that mark: the counts and the
/// mark move in one transaction, and only from where the mark stood when the records were read, so that nothing is counted twice, by two
/// nodes or after a kill. A row is made only by a login that was let in: guesses at somebody's password from everywhere are no integration.
/// </summary>
public sealed class IntegrationCounting(Database database, TimeProvider clock) : IDisposable
{
    /// <summary>A user whose clients call themselves ever something else fills no table.</summary>
    internal const int MostOfAUser = 300;

    const string ReadMarkSql = "SELECT last_record_id FROM integration_marks WHERE id = 1";
    const string MoveMarkSql = "UPDATE integration_marks SET last_record_id = @p1 WHERE id = 1 AND last_record_id = @p0";
    const string FindSql = """
        SELECT id, summary, logins, refusals, password_last_seen_at FROM integrations
        WHERE org_id = @p0 AND user_id = @p1 AND client_id = @p2 AND network = @p3 AND client = @p4
        """;

    const string MakeSql = """
        INSERT INTO integrations (id, org_id, user_id, client_id, network, client, first_seen_at, last_seen_at, logins, refusals, summary, stage, is_protected, score, scored_on)
        SELECT @p0, @p1, @p2, @p3, @p4, @p5, @p6, @p6, 0, 0, @p7, @p8, @p9, 0, 0
        WHERE EXISTS (SELECT 1 FROM users WHERE id = @p2 AND org_id = @p1)
            AND (SELECT COUNT(*) FROM integrations WHERE org_id = @p1 AND user_id = @p2) < @p10
        """;

    const string CountSql = "UPDATE integrations SET last_seen_at = @p1, logins = @p2, refusals = @p3, summary = @p4, password_last_seen_at = @p5, scored_on = 0 WHERE id = @p0";
    const string UsesPasswordSql = "UPDATE integrations SET stage = 'Found', stage_changed_at = @p1 WHERE id = @p0 AND stage = 'Modern'";
    const string DaySql = """
        INSERT INTO integration_days (integration_id, day, way, count) VALUES (@p0, @p1, @p2, @p3)
        ON CONFLICT (integration_id, day, way) DO UPDATE SET count = integration_days.count + excluded.count
        """;

    const string ProfileSql = """
        INSERT INTO profile_uses (profile_id, record_id, at) SELECT @p0, @p1, @p2 WHERE EXISTS (SELECT 1 FROM profiles WHERE id = @p0)
        ON CONFLICT (profile_id) DO UPDATE SET record_id = excluded.record_id, at = excluded.at
        """;

    /// <summary>Numbers are given before they can be seen, and on PostgreSQL not seen in their order: records so new are left for the next time.</summary>
    static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(15);

    /// <summary>Between two batches others may write.</summary>
    internal static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(5);

    readonly SemaphoreSlim one = new(1);

    /// <summary>Counts what is new.</summary>
    /// <returns>How many batches were counted.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation = default)
    {
        await one.WaitAsync(cancellation);
        try
        {
            for (var batches = 0; ; batches++)
            {
                var until = clock.GetUtcNow() - (database is PostgresDatabase ? Unsettled : TimeSpan.Zero);
                var from = await database.ReadAsync(ReadMarkSql, row => row.GetInt64(0));
                var batch = await RecordReading.ReadAsync(database, from, until, cancellation);
                if (batch.LastRecordId > from && !await WriteAsync(from, batch, cancellation))
                    continue; // another node was faster: on from its mark
                if (batch.IsLast)
                    return batches + 1;
                await Task.Delay(Breath, cancellation);
            }
        }
        finally
        {
            one.Release();
        }
    }

    async Task<bool> WriteAsync(long from, RecordBatch batch, CancellationToken cancellation)
    {
        await using var session = await database.OpenSessionAsync(cancellation);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
        session.Transaction = transaction;
        if (await session.ExecuteAsync(MoveMarkSql, from, batch.LastRecordId) == 0)
            return false;
        foreach (var tally in batch.Tallies)
            await CountAsync(session, tally);
        foreach (var (profileId, last) in batch.Profiles)
            await session.ExecuteAsync(ProfileSql, profileId, last.RecordId, last.At);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    static async Task CountAsync(SqlSession sql, WayTally tally)
    {
        if (await FindAsync(sql, tally) is not { } row && (row = await MakeAsync(sql, tally)) is null)
            return;
        var summary = IntegrationSummary.Of(row.Summary);
        foreach (var login in tally.Logins)
            summary.Add(login);
        var allowed = tally.Logins.Count(login => login.Way != IntegrationWays.Refused);
        var password = tally.Logins.FindLast(login => IntegrationWays.IsPassword(login.Way))?.At.ToUnixTimeMilliseconds();
        await sql.ExecuteAsync(
            CountSql, row.Id, tally.Logins[^1].At.ToUnixTimeMilliseconds(), row.Logins + allowed, row.Refusals + tally.Logins.Count - allowed,
            SettingsJson.Write(summary), password ?? row.PasswordLastSeenAt);
        if (password is not null)
            await sql.ExecuteAsync(UsesPasswordSql, row.Id, tally.Logins[^1].At.ToUnixTimeMilliseconds());
        foreach (var day in tally.Logins.GroupBy(login => (Day: DayOf(login.At), login.Way)))
            await sql.ExecuteAsync(DaySql, row.Id, day.Key.Day, day.Key.Way, day.Count());
    }

    static ValueTask<Row?> FindAsync(SqlSession sql, WayTally tally) => sql.FirstAsync<Row>(
        FindSql, row => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.IsNull(4) ? null : row.GetInt64(4)),
        tally.OrgId, tally.Key.UserId, tally.Key.ClientId, tally.Key.Network, tally.Key.Client);

    static async Task<Row?> MakeAsync(SqlSession sql, WayTally tally)
    {
        if (tally.Logins.Find(login => login.Way != IntegrationWays.Refused) is not { } first)
            return null;
        var stage = tally.Logins.Exists(login => IntegrationWays.IsPassword(login.Way)) ? IntegrationStage.Found : IntegrationStage.Modern;
        await sql.ExecuteAsync(
            MakeSql, RandomId.New(16), tally.OrgId, tally.Key.UserId, tally.Key.ClientId, tally.Key.Network, tally.Key.Client,
            first.At.ToUnixTimeMilliseconds(), SettingsJson.Write(new IntegrationSummary()), stage.ToString(), false, MostOfAUser);
        return await FindAsync(sql, tally);
    }

    /// <summary>Days since 1970, UTC.</summary>
    internal static int DayOf(DateTimeOffset at) => (int)(at.ToUnixTimeMilliseconds() / 86_400_000);

    public void Dispose() => one.Dispose();

    sealed record Row(string Id, string Summary, long Logins, long Refusals, long? PasswordLastSeenAt);
}
