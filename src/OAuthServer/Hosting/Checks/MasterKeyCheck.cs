using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting.Checks;

/// <summary>Is the master key the one the database was made with?</summary>
static class MasterKeyCheck
{
    const string Subject = "master key";

    internal static async Task RunAsync(ServerDb db, MasterKey key, List<Finding> findings)
    {
        var signing = await db.SigningKeys.AsNoTracking().OrderByDescending(row => row.ActivatesAt).Select(row => row.PrivateKey).FirstOrDefaultAsync();
        var seed = await db.Authenticators.AsNoTracking().OrderByDescending(row => row.Id).Select(row => row.Seed).FirstOrDefaultAsync();
        if (signing is null && seed is null)
            findings.Ok(Subject, "readable; the database holds nothing yet that it must open.");
        else if (Opens(key, SigningKeyRing.Purpose, signing) && Opens(key, Authenticators.SeedPurpose, seed))
            findings.Ok(Subject, "opens what the database holds.");
        else
            findings.Fail(Subject, "is not the one this database was made with; restore that key from your backup. Signing keys and authenticators cannot be opened without it.");
    }

    static bool Opens(MasterKey key, string purpose, byte[]? sealedBytes)
    {
        if (sealedBytes is null)
            return true;
        try
        {
            CryptographicOperations.ZeroMemory(key.Unprotect(purpose, sealedBytes));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
