using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>
/// The first passwords of users that are about to be made, hashed before the transaction begins: a slow hash inside it would
/// hold up every login meanwhile.
/// </summary>
sealed class FirstPasswords
{
    const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    readonly ConcurrentDictionary<string, FirstPassword> prepared = new(StringComparer.Ordinal);

    /// <summary>For a plan, which hashes nothing.</summary>
    internal static FirstPasswords None { get; } = new();

    internal static async Task<FirstPasswords> PrepareAsync(ServerDb db, PasswordHashing hashing, IEnumerable<DeclaredOrg> orgs)
    {
        var passwords = new FirstPasswords();
        var minLengths = orgs.SelectMany(org => org.Users, (org, user) => (user, org)).ToDictionary(pair => pair.user, pair => MinLengthOf(pair.user, pair.org));
        var declared = minLengths.Keys.Where(user => user.Password is not null).ToList();
        var names = declared.ConvertAll(user => user.NormalizedUsername);
        var present = await db.Users.Where(user => names.Contains(user.NormalizedUsername)).Select(user => user.NormalizedUsername).ToListAsync();
        var work = declared.ExceptBy(present, user => user.NormalizedUsername, StringComparer.Ordinal);
        await Parallel.ForEachAsync(work, async (user, cancellation) =>
        {
            var text = user.Password!.IsGenerated ? Generate(minLengths[user]) : user.Password.Value;
            var hash = await hashing.HashAsync(text, cancellation);
            passwords.prepared[user.NormalizedUsername] = new(hash, user.Password.IsGenerated ? text : null);
        });
        return passwords;
    }

    internal FirstPassword? Find(string normalizedUsername) => prepared.GetValueOrDefault(normalizedUsername);

    /// <summary>A secret for a demo's app.</summary>
    internal static string GenerateSecret() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    static int MinLengthOf(DeclaredUser user, DeclaredOrg org) =>
        org.Profiles.FirstOrDefault(profile => profile.Name == user.File.Profile)?.Settings.Password.MinLength ?? 50;

    // Groups of five with all four kinds of characters among them satisfy every complexity there is.
    static string Generate(int minLength)
    {
        var groups = Math.Max(4, 1 + minLength / 6);
        while (true)
        {
            var text = string.Join('-', Enumerable.Range(0, groups).Select(_ => RandomNumberGenerator.GetString(Letters, 5)));
            if (text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower))
                return text;
        }
    }

    /// <summary>A hash, and the password itself when nobody knows it yet.</summary>
    internal sealed class FirstPassword(string hash, string? generated)
    {
        internal string Hash => hash;

        internal string? Generated => generated;
    }
}
