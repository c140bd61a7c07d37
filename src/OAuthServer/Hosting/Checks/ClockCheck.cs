using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Checks;

/// <summary>Does this machine's clock agree with what was recorded? Token lifetimes, hours and one-time codes depend on it.</summary>
static class ClockCheck
{
    const string Subject = "clock";
    const int FirstYear = 2026;
    const int LastYear = 2100;
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    internal static async Task RunAsync(ServerDb db, DateTimeOffset now, List<Finding> findings)
    {
        // One after the other and by hand: the two tables have nothing in common but a time.
        var login = await db.LoginRecords.AsNoTracking().OrderByDescending(record => record.Id).Select(record => (DateTimeOffset?)record.At).FirstOrDefaultAsync();
        var saved = await db.ProfileVersions.AsNoTracking().MaxAsync(version => (DateTimeOffset?)version.SavedAt);
        var newest = login > saved || saved is null ? login : saved;
        if (now.Year is < FirstYear or > LastYear)
            findings.Fail(Subject, $"says {now:u}; set this machine's clock.");
        else if (newest > now + Tolerance)
            findings.Fail(Subject, $"says {now:u}, but something was recorded at {newest:u}; set this machine's clock (NTP).");
        else
            findings.Ok(Subject, $"says {now:u}, and nothing was recorded later.");
    }
}
