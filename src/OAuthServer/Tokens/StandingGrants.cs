using System.Collections.Concurrent;
using OAuthServer.Data;

namespace OAuthServer.Tokens;

/// <summary>
/// The one grant that all client-credentials tokens of an app and its run-as user hang on: a row per grant, not per token.
/// Remembered until the change stamp rises; whoever revokes such a grant raises it.
/// </summary>
public sealed class StandingGrants(Database database, ChangeWatch changes, WriteQueue writes)
{
    const string FindSql = """
        SELECT id FROM grants WHERE app_id = @p0 AND user_id = @p1 AND channel = 'ClientCredentials' AND revoked_at IS NULL ORDER BY id LIMIT 1
        """;

    readonly ConcurrentDictionary<(string AppId, string UserId), Known> known = new();

    public ValueTask<string> ForAsync(GrantedAccess access) =>
        known.TryGetValue((access.App.App.Id, access.UserId), out var grant) && grant.StampVersion == changes.Version ? new(grant.Id) : FindOrMakeAsync(access);

    async ValueTask<string> FindOrMakeAsync(GrantedAccess access)
    {
        // The stamp first: a grant that is revoked while it is looked for is looked for again.
        var stamp = changes.Version;
        var id = await database.ReadAsync(FindSql, row => row.GetString(0), access.App.App.Id, access.UserId)
            ?? await writes.CommitAsync(async scope =>
                // Asked again inside the batch: of many first tokens at once only one makes the grant.
                await scope.Sql.FirstAsync(FindSql, row => row.GetString(0), access.App.App.Id, access.UserId)
                ?? await GrantRows.InsertAsync(scope.Sql, RandomId.New(16), access));
        known[(access.App.App.Id, access.UserId)] = new(id, stamp);
        return id;
    }

    sealed record Known(string Id, long StampVersion);
}
