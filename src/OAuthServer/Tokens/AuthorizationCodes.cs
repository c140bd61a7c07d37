using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>What a code stands for: a login that an app may turn into tokens, and by what the app must be recognised again.</summary>
public sealed record CodeContents
{
    public required string AppId { get; init; }

    public required string UserId { get; init; }

    public required string OrgId { get; init; }

    /// <summary>The browser session it came from. The code dies with it.</summary>
    public required string SessionId { get; init; }

    /// <summary>As the request named it; null when it named none.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>S256 (RFC 7636 section 4.2).</summary>
    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    /// <summary>Space separated.</summary>
    public required string Scope { get; init; }

    public required Assurance Assurance { get; init; }

    public required int ProfileVersion { get; init; }

    /// <summary>When the password that proved the user was set; null when none did.</summary>
    public DateTimeOffset? PasswordChangedAt { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }
}

/// <summary>A code that was found, good or not.</summary>
/// <param name="Hash">The key of its row.</param>
/// <param name="Contents">What it stands for.</param>
/// <param name="Username">Whose it is.</param>
/// <param name="ExpiresAt">The end of its minute.</param>
/// <param name="IsUsed">It was used, or burnt.</param>
/// <param name="Stands">User, organization and session are still in order.</param>
public sealed record FoundCode(string Hash, CodeContents Contents, string Username, DateTimeOffset ExpiresAt, bool IsUsed, bool Stands);

/// <summary>What of a token request does not fit the code it brings.</summary>
public enum CodeFlaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The code is another app's, used, too old, or its user, organization or session is no more in order.</summary>
    Dead,

    /// <summary>Not the redirect URI of the authorization request.</summary>
    RedirectUri,

    /// <summary>Not the verifier of the challenge, or one where there was no challenge.</summary>
    Verifier,
}

/// <summary>
/// Authorization codes (RFC 6749 section 4.1.2): 256 random bits of which a keyed hash is kept, good for a minute and for one use, by the
/// app that asked, with the redirect URI it named and the verifier of its challenge. A second use revokes what the first made, also when
/// both come at once: the use of a code and the grant that it makes are one transaction.
/// </summary>
public sealed class AuthorizationCodes(Database database, MasterKey key, TimeProvider clock)
{
    /// <summary>From the redirect to the token endpoint.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>RFC 7636 section 4.1.</summary>
    const int ShortestVerifier = 43;

    const int LongestVerifier = 128;

    /// <summary>jsforce encodes 128 random bytes, which are 171 characters (Salesforce contract, section 1, no. 2).</summary>
    const int LongestSalesforceVerifier = 256;

    const string Purpose = "authorization-code";

    const string InsertSql = """
        INSERT INTO authorization_codes (hash, app_id, user_id, org_id, session_id, redirect_uri, code_challenge, nonce, scope, proven, trusted_network,
            profile_version, password_changed_at, authenticated_at, issued_at, expires_at)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15)
        """;

    const string FindSql = """
        SELECT c.app_id, c.user_id, c.org_id, c.session_id, c.redirect_uri, c.code_challenge, c.nonce, c.scope, c.proven, c.trusted_network,
            c.profile_version, c.password_changed_at, c.authenticated_at, c.expires_at, c.used_at, u.username, u.status, o.status,
            EXISTS (SELECT 1 FROM browser_sessions s WHERE s.id = c.session_id AND s.ended_at IS NULL)
        FROM authorization_codes c JOIN users u ON u.id = c.user_id JOIN organizations o ON o.id = c.org_id WHERE c.hash = @p0
        """;

    const string SpendSql = """
        UPDATE authorization_codes SET used_at = @p1, grant_id = @p2 WHERE hash = @p0 AND used_at IS NULL AND expires_at > @p1
            AND EXISTS (SELECT 1 FROM browser_sessions s WHERE s.id = session_id AND s.ended_at IS NULL)
        """;

    const string BurnSql = "UPDATE authorization_codes SET used_at = @p1 WHERE hash = @p0 AND used_at IS NULL";

    const string RevokeGrantSql = """
        UPDATE grants SET revoked_at = @p1 WHERE revoked_at IS NULL AND id = (SELECT grant_id FROM authorization_codes WHERE hash = @p0)
        """;

    /// <summary>Makes a code, in the batch that answers its request.</summary>
    public async ValueTask<string> IssueAsync(WriteScope scope, CodeContents contents)
    {
        var code = RandomId.New(32);
        var now = clock.GetUtcNow();
        await scope.Sql.ExecuteAsync(
            InsertSql, HashOf(code), contents.AppId, contents.UserId, contents.OrgId, contents.SessionId, contents.RedirectUri, contents.CodeChallenge,
            contents.Nonce, contents.Scope, (int)contents.Assurance.Proven, contents.Assurance.TrustedNetwork, contents.ProfileVersion,
            contents.PasswordChangedAt?.ToUnixTimeMilliseconds(), contents.AuthenticatedAt.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(),
            (now + Life).ToUnixTimeMilliseconds());
        return code;
    }

    /// <summary>The code, when this server made it and its row is there, used or not.</summary>
    public async ValueTask<FoundCode?> FindAsync(string code) =>
        code.Length == 43 && HashOf(code) is var hash ? await database.ReadAsync(FindSql, row => Map(row, hash), hash) : null;

    /// <summary>None when it is this app's, in time, and came with what belongs to it.</summary>
    /// <param name="code">The code.</param>
    /// <param name="app">Who brings it.</param>
    /// <param name="redirectUri">As the token request names it: demanded where the authorization request named one, and then the same (RFC 6749 section 4.1.3).</param>
    /// <param name="verifier">Demanded where there was a challenge, refused where there was none (RFC 7636 section 4.6, RFC 9700 section 4.8.2).</param>
    public CodeFlaw FlawOf(FoundCode code, AppEntry app, string? redirectUri, string? verifier) =>
        code.Contents.AppId != app.App.Id || code.IsUsed || !code.Stands || code.ExpiresAt <= clock.GetUtcNow() ? CodeFlaw.Dead
        : redirectUri != (code.Contents.RedirectUri ?? (redirectUri is null ? null : app.Settings.RedirectUris is [var only] ? only : "")) ? CodeFlaw.RedirectUri
        : (code.Contents.CodeChallenge is { } challenge ? verifier is not null && IsVerifierOf(challenge, verifier, app) : verifier is null) ? CodeFlaw.None
        : CodeFlaw.Verifier;

    /// <summary>
    /// Uses the code for this grant, in the batch that makes it. False for everybody but the first, and then what the first made is
    /// revoked: whoever comes second has it from the first, or the first from him.
    /// </summary>
    public async ValueTask<bool> SpendAsync(WriteScope scope, FoundCode code, string grantId)
    {
        if (await scope.Sql.ExecuteAsync(SpendSql, code.Hash, clock.GetUtcNow().ToUnixTimeMilliseconds(), grantId) == 1)
            return true;
        await EndAsync(scope, code);
        return false;
    }

    /// <summary>Ends a code that came back, or came from another app, and whatever it made.</summary>
    /// <returns>True when something that lived was revoked.</returns>
    public async ValueTask<bool> EndAsync(WriteScope scope, FoundCode code)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await scope.Sql.ExecuteAsync(BurnSql, code.Hash, now);
        return await scope.Sql.ExecuteAsync(RevokeGrantSql, code.Hash, now) > 0;
    }

    static bool IsVerifierOf(string challenge, string verifier, AppEntry app) =>
        verifier.Length >= ShortestVerifier && verifier.Length <= (app.Settings.Dialect == Dialect.Salesforce ? LongestSalesforceVerifier : LongestVerifier)
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)))), Encoding.ASCII.GetBytes(challenge));

    string HashOf(string code) => key.KeyedHash(Purpose, code);

    static FoundCode Map(SqlRow row, string hash) => new(
        hash,
        new()
        {
            AppId = row.GetString(0),
            UserId = row.GetString(1),
            OrgId = row.GetString(2),
            SessionId = row.GetString(3),
            RedirectUri = row.GetStringOrNull(4),
            CodeChallenge = row.GetStringOrNull(5),
            Nonce = row.GetStringOrNull(6),
            Scope = row.GetString(7),
            Assurance = new((Proof)row.GetInt32(8), row.GetStringOrNull(9)),
            ProfileVersion = row.GetInt32(10),
            PasswordChangedAt = row.GetTimeOrNull(11),
            AuthenticatedAt = row.GetTime(12),
        },
        row.GetString(15),
        row.GetTime(13),
        !row.IsNull(14),
        row.GetString(16) == nameof(UserStatus.Active) && row.GetString(17) == nameof(OrgStatus.Open) && row.GetBoolean(18));
}
