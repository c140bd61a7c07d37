using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>
/// Codes that are mailed to make a browser known (login policy, section 3, rule 12). Owns their form, life and number: eight digits,
/// ten minutes, the first and three more, five wrong ones in all, and five mails to a user in an hour however often a sign-in is begun. The
/// row keeps a keyed hash.
/// </summary>
public sealed class DeviceCodes(Database database, MasterKey key, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    public const int Digits = 8;

    /// <summary>How many codes one sign-in may have mailed.</summary>
    public const int MostMails = 4;

    /// <summary>How many codes one user can have mailed in an hour, over all sign-ins: whoever is signed in can be led to begin one by any page.</summary>
    public const int MostMailsInAnHour = 5;

    /// <summary>How many wrong codes one sign-in may bring.</summary>
    public const int MostWrong = 5;

    /// <summary>How long a code is good for.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(10);

    /// <summary>Mails a code; the one before it is dead. False when there have been enough.</summary>
    public async Task<bool> SendAsync(PendingSignIn row, User user, string? from, string? userAgent, CancellationToken cancellation = default)
    {
        var code = RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", CultureInfo.InvariantCulture);
        var hash = HashOf(row, user.Id, code);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, user.Id, now, cancellation);
        var since = now.AddHours(-1);
        if (await db.MailedLinks.CountAsync(l => l.UserId == user.Id && l.Purpose == MailedLinkPurpose.DeviceCode && l.CreatedAt > since, cancellation) >= MostMailsInAnHour)
            return false;
        var counted = await db.PendingSignIns.Where(p => p.Hash == row.Hash && p.UserId == user.Id && p.MailedCodes < MostMails)
            .ExecuteUpdateAsync(
                set => set.SetProperty(p => p.MailedCodeHash, hash).SetProperty(p => p.MailedCodeAt, now).SetProperty(p => p.MailedCodes, p => p.MailedCodes + 1),
                cancellation);
        if (counted != 1)
            return false;
        // Opens nothing: it is there to be counted, on every node and after a restart.
        db.MailedLinks.Add(new MailedLink
        {
            Hash = key.KeyedHash("device-code-mail", RandomId.New(32)),
            UserId = user.Id,
            Purpose = MailedLinkPurpose.DeviceCode,
            CreatedAt = now,
            ExpiresAt = now.AddHours(1),
            UsedAt = now,
        });
        outbox.Add(db, DeviceCodeEmail.Compose(user, server, code, from, userAgent, now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return true;
    }

    /// <summary>Whether this is the code; false also when too many wrong ones came before. Counted before it is looked at.</summary>
    public async Task<bool> IsRightAsync(PendingSignIn row, string userId, string text)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        var counted = await db.PendingSignIns.Where(p => p.Hash == row.Hash && p.UserId == userId && p.WrongCodes < MostWrong)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.WrongCodes, p => p.WrongCodes + 1));
        return counted == 1
            && Normalize(text) is { } code
            && row.MailedCodeHash is { } expected && row.MailedCodeAt + Time > now
            && MasterKey.HashesEqual(expected, HashOf(row, userId, code));
    }

    /// <summary>Uses the code up; false when it was used before.</summary>
    public static async ValueTask<bool> ClaimAsync(SqlSession sql, PendingSignIn row) => await sql.ExecuteAsync(
        "UPDATE pending_sign_ins SET mailed_code_hash = NULL, wrong_codes = wrong_codes - 1 WHERE hash = @p0 AND mailed_code_hash = @p1",
        row.Hash, row.MailedCodeHash) == 1;

    /// <summary>Eight ASCII digits; spaces and dashes between them are left out. Null for everything else.</summary>
    public static string? Normalize(string text)
    {
        if (text.Length > 2 * Digits)
            return null;
        var code = text.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return code.Length == Digits && code.All(char.IsAsciiDigit) ? code : null;
    }

    string HashOf(PendingSignIn row, string userId, string code) => key.KeyedHash("device-code", $"{row.Hash}:{userId}:{code}");
}
