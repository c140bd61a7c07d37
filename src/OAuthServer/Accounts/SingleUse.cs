using OAuthServer.Data;

namespace OAuthServer.Accounts;

/// <summary>
/// What counts once counts once, also when two requests race and also on two nodes: each claim is one conditional UPDATE and
/// holds only if it changed exactly one row. Meant to run inside the write batch that records the login, so that a login that
/// is not recorded has used up nothing.
/// </summary>
public static class SingleUse
{
    /// <summary>RFC 6238 section 5.2: the verifier must not accept the second attempt of a code; older steps are refused with it.</summary>
    internal const string ClaimStepSql = "UPDATE authenticators SET last_step = @p1 WHERE id = @p0 AND confirmed_at IS NOT NULL AND last_step < @p1";

    internal const string UseTokenSql =
        "UPDATE security_tokens SET use_count = use_count + 1, last_used_at = @p1 "
        + "WHERE id = @p0 AND spent_at IS NULL AND (retires_at IS NULL OR retires_at > @p1)";

    internal const string SpendTokenSql =
        "UPDATE security_tokens SET use_count = use_count + 1, last_used_at = @p1, spent_at = @p1 "
        + "WHERE id = @p0 AND spent_at IS NULL AND (retires_at IS NULL OR retires_at > @p1)";

    internal const string ClaimRecoveryCodeSql = "UPDATE recovery_codes SET used_at = @p1 WHERE id = @p0 AND used_at IS NULL";

    // WebAuthn section 7.2, step 22: an authenticator that counts never says the same number twice; 0 = it does not count.
    internal const string ClaimSignatureSql =
        "UPDATE passkeys SET sign_count = @p1, is_backed_up = @p2, last_used_at = @p3 WHERE id = @p0 AND (sign_count < @p1 OR (sign_count = 0 AND @p1 = 0))";

    /// <summary>Takes a step of an enrolled authenticator; false when it or a later one was taken before.</summary>
    public static async ValueTask<bool> ClaimStepAsync(SqlSession sql, long authenticatorId, long step) =>
        await sql.ExecuteAsync(ClaimStepSql, authenticatorId, step) == 1;

    /// <summary>
    /// Counts a use of a security token; false when it has been retired or spent since it was read. With
    /// <paramref name="spend"/> this is its only use.
    /// </summary>
    public static async ValueTask<bool> ClaimTokenAsync(SqlSession sql, long tokenId, DateTimeOffset at, bool spend) =>
        await sql.ExecuteAsync(spend ? SpendTokenSql : UseTokenSql, tokenId, at.ToUnixTimeMilliseconds()) == 1;

    /// <summary>Uses up a recovery code; false when it was used, or replaced by a new set, before.</summary>
    public static async ValueTask<bool> ClaimRecoveryCodeAsync(SqlSession sql, long recoveryCodeId, DateTimeOffset at) =>
        await sql.ExecuteAsync(ClaimRecoveryCodeSql, recoveryCodeId, at.ToUnixTimeMilliseconds()) == 1;

    /// <summary>Counts a signature of a passkey; false when its counter went back, or the passkey has been removed since it was read.</summary>
    public static async ValueTask<bool> ClaimSignatureAsync(SqlSession sql, PasskeyAssertion assertion, DateTimeOffset at) =>
        await sql.ExecuteAsync(ClaimSignatureSql, assertion.PasskeyId, assertion.SignCount, assertion.IsBackedUp, at.ToUnixTimeMilliseconds()) == 1;
}
