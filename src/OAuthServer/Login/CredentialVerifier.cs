using System.Text;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Login;

/// <summary>What became of the presented proofs, before any rule has spoken.</summary>
/// <param name="Evidence">What was brought and held.</param>
/// <param name="Spend">What must be spent if the login is allowed.</param>
/// <param name="SecurityTokenId">The token that was recognised.</param>
/// <param name="OutdatedPassword">The password, right and hashed with fewer rounds than are wanted now.</param>
public sealed record VerifiedCredentials(Evidence Evidence, SpendOnce? Spend = null, long? SecurityTokenId = null, string? OutdatedPassword = null);

/// <summary>
/// Password, token and code in one string (login policy, section 4). The suffix is recognised first, by what it is and not by how
/// it looks; then exactly one slow hash is spent, on the rest or on the whole, for unknown users too: neither time nor text tells
/// what was wrong. What exactly it was goes into the record.
/// </summary>
public sealed class CredentialVerifier(Database database, MasterKey key, PasswordHashing hashing)
{
    const string TokenSql = "SELECT id, issued_at, retires_at, spent_at FROM security_tokens WHERE user_id = @p0 AND hash = @p1";
    const string AuthenticatorSql = "SELECT id, seed, last_step FROM authenticators WHERE user_id = @p0 AND confirmed_at IS NOT NULL ORDER BY id DESC LIMIT 1";

    const string RecoveryCodeSql = "SELECT id FROM recovery_codes WHERE user_id = @p0 AND hash = @p1 AND used_at IS NULL";

    /// <exception cref="HashingBusyException">Too many logins at once.</exception>
    public async Task<VerifiedCredentials> VerifyAsync(UserAccount? user, ProfileFacts profile, string text, DateTimeOffset at, CancellationToken cancellation)
    {
        if (Encoding.UTF8.GetByteCount(text) > PasswordPolicy.MaxBytes)
            return new(new(Proof.Password, Proof.None, user is null ? CredentialFlaw.UnknownUser : CredentialFlaw.WrongPassword));
        var suffix = await RecogniseAsync(user?.Id ?? "", profile, text, at);
        var password = suffix is null ? text : text[..^suffix.Length];
        var check = await hashing.VerifyAsync(user?.PasswordHash, password, cancellation);
        var presented = Proof.Password | (suffix?.Kind ?? Proof.None);
        if (check == PasswordCheck.Wrong)
            return new(new(presented, Proof.None, user is null ? CredentialFlaw.UnknownUser : CredentialFlaw.WrongPassword));
        var outdated = check == PasswordCheck.RightButOutdated ? password : null;
        if (suffix is null)
            return new(Evidence.Of(Proof.Password), OutdatedPassword: outdated);
        return suffix.Flaw == CredentialFlaw.None
            ? new(Evidence.Of(presented), suffix.Spend, suffix.SecurityTokenId, outdated)
            : new(new(presented, Proof.Password, suffix.Flaw), SecurityTokenId: suffix.SecurityTokenId);
    }

    /// <summary>A password typed on a page, the whole text of it: one slow hash, for unknown users too.</summary>
    /// <exception cref="HashingBusyException">Too many logins at once.</exception>
    public async Task<VerifiedCredentials> VerifyAsync(UserAccount? user, LoginCredentials.Typed typed, CancellationToken cancellation)
    {
        var presented = Proof.Password | typed.Earlier;
        var wrong = new VerifiedCredentials(new(presented, typed.Earlier, user is null ? CredentialFlaw.UnknownUser : CredentialFlaw.WrongPassword));
        if (Encoding.UTF8.GetByteCount(typed.Password) > PasswordPolicy.MaxBytes)
            return wrong;
        return await hashing.VerifyAsync(user?.PasswordHash, typed.Password, cancellation) switch
        {
            PasswordCheck.Right => new(Evidence.Of(presented)),
            PasswordCheck.RightButOutdated => new(Evidence.Of(presented), OutdatedPassword: typed.Password),
            _ => wrong,
        };
    }

    /// <summary>A one-time code typed on a page. It says nothing about a user whom no earlier step has proven.</summary>
    public async ValueTask<VerifiedCredentials> VerifyAsync(UserAccount? user, LoginCredentials.TypedCode typed, DateTimeOffset at)
    {
        var presented = typed.Kind | typed.Earlier;
        var found = user is null ? null
            : typed.Kind == Proof.RecoveryCode ? await AsRecoveryCodeAsync(user.Id, typed.Text, at)
            : Totp.Normalize(typed.Text) is { } code ? await AsCodeAsync(user.Id, code, at)
            : null;
        return found is { Flaw: CredentialFlaw.None }
            ? new(Evidence.Of(presented), found.Spend)
            : new(new(presented, typed.Earlier, found?.Flaw ?? CredentialFlaw.WrongCode));
    }

    async ValueTask<Suffix?> AsRecoveryCodeAsync(string userId, string text, DateTimeOffset at)
    {
        if (RecoveryCodes.HashOf(key, userId, text) is not { } hash)
            return null;
        var id = await database.ReadAsync(RecoveryCodeSql, row => (long?)row.GetInt64(0), userId, hash);
        if (id is not { } found)
            return null;
        var spend = new SpendOnce(scope => SingleUse.ClaimRecoveryCodeAsync(scope.Sql, found, at), CredentialFlaw.WrongCode);
        return new(Proof.RecoveryCode, text.Length, CredentialFlaw.None, spend, null);
    }

    async ValueTask<Suffix?> RecogniseAsync(string userId, ProfileFacts profile, string text, DateTimeOffset at) =>
        await AsTokenAsync(userId, profile, text, at) ?? await AsCodeAsync(userId, text, at);

    async ValueTask<Suffix?> AsTokenAsync(string userId, ProfileFacts profile, string text, DateTimeOffset at)
    {
        const int length = SecurityTokens.Length;
        if (text.Length < length || text.AsSpan(text.Length - length).ContainsAnyExcept(TokenCharacters))
            return null;
        // Looked up by its keyed hash: an outsider cannot steer the comparison without the key.
        var token = await database.ReadAsync(
            TokenSql,
            row => new { Id = row.GetInt64(0), IssuedAt = row.GetTime(1), RetiresAt = row.GetTimeOrNull(2), Spent = !row.IsNull(3) },
            userId, SecurityTokens.HashOf(key, text[^length..]));
        if (token is null)
            return null;
        var flaw = token.RetiresAt <= at ? CredentialFlaw.SecurityTokenRetired
            : token.IssuedAt + profile.SecurityTokenLifetime <= at ? CredentialFlaw.SecurityTokenExpired
            : token.Spent ? CredentialFlaw.SecurityTokenSpent
            : CredentialFlaw.None;
        var spend = new SpendOnce(
            scope => SingleUse.ClaimTokenAsync(scope.Sql, token.Id, at, profile.SecurityTokenSingleUse), CredentialFlaw.SecurityTokenSpent);
        return new(Proof.SecurityToken, length, flaw, spend, token.Id);
    }

    async ValueTask<Suffix?> AsCodeAsync(string userId, string text, DateTimeOffset at)
    {
        if (text.Length < Totp.Digits || text.AsSpan(text.Length - Totp.Digits).ContainsAnyExceptInRange('0', '9'))
            return null;
        var authenticator = await database.ReadAsync(
            AuthenticatorSql, row => new { Id = row.GetInt64(0), Seed = row.GetBytes(1), LastStep = row.GetInt64(2) }, userId);
        if (authenticator is null)
            return null;
        if (Totp.FindStep(key.Unprotect(Authenticators.SeedPurpose, authenticator.Seed), text[^Totp.Digits..], at) is not { } step)
            return null;
        var spend = new SpendOnce(scope => SingleUse.ClaimStepAsync(scope.Sql, authenticator.Id, step), CredentialFlaw.TotpReplayed);
        return new(Proof.Totp, Totp.Digits, step <= authenticator.LastStep ? CredentialFlaw.TotpReplayed : CredentialFlaw.None, spend, null);
    }

    static readonly System.Buffers.SearchValues<char> TokenCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    sealed record Suffix(Proof Kind, int Length, CredentialFlaw Flaw, SpendOnce Spend, long? SecurityTokenId);
}
