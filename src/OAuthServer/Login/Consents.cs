using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>What a person has allowed an app.</summary>
/// <param name="Scopes">All that was ever allowed and not withdrawn.</param>
/// <param name="GivenAt">When last.</param>
public sealed record GivenConsent(IReadOnlySet<string> Scopes, DateTimeOffset GivenAt)
{
    /// <summary>True when nothing is asked that was not allowed before.</summary>
    public bool Covers(IEnumerable<string> scopes) => Scopes.IsSupersetOf(scopes);

    /// <summary>The app may go on when the person is gone, and so may also assert by itself that it acts for the person.</summary>
    public bool LetsGoOn => Scopes.Contains("refresh_token") || Scopes.Contains("offline_access");
}

/// <summary>
/// Consents, remembered by scope. Whom to ask, and when to ask again, is not decided here. An administrator who names an app's
/// users has consented for them.
/// </summary>
public sealed class Consents(Database database, WriteQueue writes, TimeProvider clock)
{
    const string FindSql = "SELECT scope, given_at FROM consents WHERE user_id = @p0 AND app_id = @p1";

    const string GiveSql = """
        INSERT INTO consents (user_id, app_id, scope, given_at) VALUES (@p0, @p1, @p2, @p3)
        ON CONFLICT (user_id, app_id) DO UPDATE SET scope = @p2, given_at = @p3
        """;

    readonly string lockSql = FindSql + database.ForUpdate;

    /// <summary>True while the app may go on without the user. A withdrawal at the same time comes before, or finds what this batch makes.</summary>
    public async ValueTask<bool> LetsGoOnAsync(SqlSession sql, string userId, AppEntry app) =>
        await sql.FirstAsync(lockSql, Read, userId, app.App.Id) is { LetsGoOn: true };

    /// <summary>What this user has allowed this app; null = nothing.</summary>
    public async Task<GivenConsent?> FindAsync(string userId, AppEntry app) => await database.ReadAsync(FindSql, Read, userId, app.App.Id);

    /// <summary>The user has approved the app before. Asked only where it matters: where nobody can be asked now.</summary>
    public async ValueTask<bool> AreGivenBeforehandAsync(LoginChannel channel, string? userId, AppEntry? app) =>
        userId is not null && channel.RestsOnAssertion() && app is { Settings.Preapproval.Required: false } && await FindAsync(userId, app) is { LetsGoOn: true };

    /// <summary>Adds to what was allowed before. Given twice, as by a double click, it is given once.</summary>
    public Task<GivenConsent> GiveAsync(string userId, AppEntry app, IEnumerable<string> scopes) => writes.CommitAsync(async scope =>
    {
        var present = await scope.Sql.FirstAsync(FindSql, Read, userId, app.App.Id);
        var given = new GivenConsent(scopes.Concat(present?.Scopes ?? Enumerable.Empty<string>()).ToHashSet(StringComparer.Ordinal), clock.GetUtcNow());
        await scope.Sql.ExecuteAsync(
            GiveSql, userId, app.App.Id, string.Join(' ', given.Scopes.Order(StringComparer.Ordinal)), given.GivenAt.ToUnixTimeMilliseconds());
        return given;
    });

    static GivenConsent Read(SqlRow row) => new(row.GetString(0).Split(' ').ToHashSet(StringComparer.Ordinal), row.GetTime(1));
}
