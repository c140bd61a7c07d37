using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>A refresh token that is ours, with the grant it goes on.</summary>
public sealed record FoundRefreshToken
{
    public required string GrantId { get; init; }

    /// <summary>Which of its grant's refresh tokens it is, counted from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>The one that is to be used now.</summary>
    public required int CurrentGeneration { get; init; }

    public required string UserId { get; init; }

    public required string AppId { get; init; }

    public required string Scope { get; init; }

    public required LoginChannel Channel { get; init; }

    public required Proof Proven { get; init; }

    public string? TrustedNetwork { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>When the current one's predecessor was used.</summary>
    public DateTimeOffset? PredecessorUsedAt { get; init; }

    public bool IsRevoked { get; init; }

    /// <summary>The browser session it came from, if any.</summary>
    public string? SessionId { get; init; }

    /// <summary>It has not been used yet.</summary>
    public bool IsCurrent => Generation == CurrentGeneration;
}

/// <summary>How long a grant's refresh tokens live.</summary>
/// <param name="ExpiresAt">Their absolute end.</param>
/// <param name="IdleExpiresAt">Their end if none is used before.</param>
sealed record RefreshLife(DateTimeOffset ExpiresAt, DateTimeOffset IdleExpiresAt);

/// <summary>
/// Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14.2). Where an app rotates, each is used once; the second use of one
/// revokes its family, except that within the app's retry window, and while the successor is unused, the same successor comes
/// back for an answer that got lost. A token is its grant's number (128 random bits) and its generation, sealed with a MAC
/// under the master key: none is stored, a use is the change of one row, and a successor can be given again.
/// </summary>
public sealed class RefreshTokens(Database database, MasterKey master, TimeProvider clock)
{
    internal const int FirstGeneration = 1;

    const int IdBytes = 16;
    const int BodyBytes = IdBytes + sizeof(int);
    const int MacBytes = 28; // of 32, so that the whole is a multiple of three and its base64url has one spelling
    const int TokenBytes = BodyBytes + MacBytes;
    static readonly int TokenLength = Base64Url.GetEncodedLength(TokenBytes);

    const string FindSql = """
        SELECT refresh_generation, refresh_expires_at, refresh_idle_expires_at, refresh_used_at,
               user_id, app_id, scope, channel, proven, trusted_network, authenticated_at, revoked_at, session_id
        FROM grants WHERE id = @p0 AND refresh_generation IS NOT NULL
        """;

    const string UseSql = """
        UPDATE grants SET refresh_generation = refresh_generation + 1, refresh_used_at = @p2, refresh_idle_expires_at = @p3
        WHERE id = @p0 AND refresh_generation = @p1 AND revoked_at IS NULL
        """;

    const string TouchSql = "UPDATE grants SET refresh_idle_expires_at = @p1 WHERE id = @p0 AND revoked_at IS NULL";
    const string SuccessorUsedAtSql = "SELECT refresh_used_at FROM grants WHERE id = @p0 AND refresh_generation = @p1 AND revoked_at IS NULL";

    static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);
    readonly byte[] macKey = master.Derive("refresh-token");

    /// <summary>The first token of a grant.</summary>
    public string FirstOf(string grantId) => Write(grantId, FirstGeneration);

    /// <summary>The token that follows.</summary>
    public string SuccessorOf(FoundRefreshToken token) => Write(token.GrantId, token.Generation + 1);

    /// <summary>The token, when this server made it and its grant is there, used or not.</summary>
    public async ValueTask<FoundRefreshToken?> FindAsync(string token) =>
        Read(token) is var (grantId, generation) ? await database.ReadAsync(FindSql, row => Map(row, grantId, generation), grantId) : null;

    /// <summary>What is wrong with it for this app; None when it may be used.</summary>
    public CredentialFlaw FlawOf(FoundRefreshToken? token, AppEntry app)
    {
        var now = clock.GetUtcNow();
        if (token is null || token.AppId != app.App.Id || token.IsRevoked || token.ExpiresAt <= now || token.IdleExpiresAt <= now
            || token.Generation > token.CurrentGeneration) // the database was set back
            return CredentialFlaw.RefreshTokenDead;
        return token.IsCurrent || token.Generation == token.CurrentGeneration - 1 && token.PredecessorUsedAt is { } used && IsRetry(used, now, app)
            ? CredentialFlaw.None
            : CredentialFlaw.RefreshTokenReused;
    }

    /// <summary>True for an app whose refresh tokens are used once.</summary>
    public static bool Rotates(AppEntry app) => app.Settings.IsPublic || (app.Settings.Refresh.Rotate ?? app.Settings.Dialect == Dialect.Standard);

    /// <summary>Uses the token, in the batch of the login: false when it was used before, and then its family is revoked.</summary>
    public async ValueTask<bool> SpendAsync(WriteScope scope, FoundRefreshToken token, AppEntry app)
    {
        var now = clock.GetUtcNow();
        var idleEnd = IdleEnd(now, token.ExpiresAt, app).ToUnixTimeMilliseconds();
        if (!Rotates(app))
            return await scope.Sql.ExecuteAsync(TouchSql, token.GrantId, idleEnd) == 1;
        if (await scope.Sql.ExecuteAsync(UseSql, token.GrantId, token.Generation, now.ToUnixTimeMilliseconds(), idleEnd) == 1)
            return true;
        if (await scope.Sql.ScalarAsync(SuccessorUsedAtSql, token.GrantId, token.Generation + 1) is { } used
            && IsRetry(DateTimeOffset.FromUnixTimeMilliseconds(used), now, app))
            return true;
        await RevokeFamilyAsync(scope, token);
        return false;
    }

    /// <summary>Ends the family of a token that came back after its time.</summary>
    public async ValueTask<bool> RevokeFamilyAsync(WriteScope scope, FoundRefreshToken token) =>
        await scope.Sql.ExecuteAsync(GrantRows.RevokeSql, token.GrantId, clock.GetUtcNow().ToUnixTimeMilliseconds()) == 1;

    /// <summary>The life of a line that begins now.</summary>
    internal static RefreshLife LifeFrom(DateTimeOffset now, AppEntry app)
    {
        var end = now.AddDays(app.Settings.Refresh.LifetimeDays);
        return new(end, IdleEnd(now, end, app));
    }

    static DateTimeOffset IdleEnd(DateTimeOffset now, DateTimeOffset expires, AppEntry app) =>
        now.AddDays(app.Settings.Refresh.IdleDays) is var end && end < expires ? end : expires;

    /// <summary>
    /// Within the app's window for answers that got lost. A use a little in the future is another node's clock; one further ahead
    /// means that a clock was set back, and that makes no used token good again.
    /// </summary>
    static bool IsRetry(DateTimeOffset used, DateTimeOffset now, AppEntry app) =>
        app.Settings.Refresh.RetrySeconds > 0 && now - used <= TimeSpan.FromSeconds(app.Settings.Refresh.RetrySeconds) && used - now <= ClockSkew;

    /// <summary>Number, generation and MAC, base64url: characters that every client passes on unharmed.</summary>
    string Write(string grantId, int generation)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        if (Base64Url.DecodeFromChars(grantId, token) != IdBytes)
            throw new ArgumentException("A grant's number is 16 bytes.", nameof(grantId));
        BinaryPrimitives.WriteInt32BigEndian(token[IdBytes..], generation);
        MacOf(token).CopyTo(token[BodyBytes..]);
        return Base64Url.EncodeToString(token);
    }

    (string GrantId, int Generation)? Read(string text)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        if (text.Length != TokenLength || Base64Url.DecodeFromChars(text, token, out _, out var length) != OperationStatus.Done || length != TokenBytes)
            return null;
        return CryptographicOperations.FixedTimeEquals(MacOf(token), token[BodyBytes..])
            ? (Base64Url.EncodeToString(token[..IdBytes]), BinaryPrimitives.ReadInt32BigEndian(token[IdBytes..]))
            : null;
    }

    ReadOnlySpan<byte> MacOf(ReadOnlySpan<byte> token) => HMACSHA256.HashData(macKey, token[..BodyBytes]).AsSpan(0, MacBytes);

    static FoundRefreshToken Map(SqlRow row, string grantId, int generation) => new()
    {
        GrantId = grantId,
        Generation = generation,
        CurrentGeneration = row.GetInt32(0),
        ExpiresAt = row.GetTime(1),
        IdleExpiresAt = row.GetTime(2),
        PredecessorUsedAt = row.GetTimeOrNull(3),
        UserId = row.GetString(4),
        AppId = row.GetString(5),
        Scope = row.GetString(6),
        Channel = Enum.Parse<LoginChannel>(row.GetString(7)),
        Proven = (Proof)row.GetInt32(8),
        TrustedNetwork = row.GetStringOrNull(9),
        AuthenticatedAt = row.GetTime(10),
        IsRevoked = !row.IsNull(11),
        SessionId = row.GetStringOrNull(12),
    };
}
