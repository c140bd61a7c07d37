using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting.Checks;

/// <summary>Is there a key for each algorithm, and is it turned in time?</summary>
static class SigningKeyCheck
{
    const string Subject = "signing keys";

    internal static async Task RunAsync(ServerDb db, KeyOptions options, DateTimeOffset now, List<Finding> findings)
    {
        var keys = await db.SigningKeys.AsNoTracking().Where(key => key.RetiresAt == null || key.RetiresAt > now).ToListAsync();
        if (keys.Count == 0)
            findings.Warn(Subject, "there is none yet; the next start makes them.");
        foreach (var algorithm in keys.GroupBy(key => key.Algorithm, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            Judge(algorithm.Key, [.. algorithm], options, now, findings);
    }

    static void Judge(string algorithm, List<SigningKey> keys, KeyOptions options, DateTimeOffset now, List<Finding> findings)
    {
        if (!keys.Exists(key => key.ActivatesAt <= now))
        {
            findings.Fail(Subject, $"no {algorithm} key signs yet; check this machine's clock.");
            return;
        }
        var left = keys.Max(key => key.ActivatesAt).AddDays(options.RotateAfterDays) - now;
        if (left < TimeSpan.Zero)
            findings.Warn(Subject, $"the {algorithm} key is {-left.Days} days overdue for rotation; a running server rotates it: see whether one runs.");
        else
            findings.Ok(Subject, $"the {algorithm} key is replaced in {left.Days} days.");
    }
}
