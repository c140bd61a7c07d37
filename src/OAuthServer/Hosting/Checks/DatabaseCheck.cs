using System.Data.Common;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Checks;

/// <summary>Can the database be reached, and is its schema this program's?</summary>
static class DatabaseCheck
{
    const string Subject = "database";

    /// <summary>True when the other checks may read it.</summary>
    internal static async Task<bool> RunAsync(Database database, DatabaseOptions options, List<Finding> findings)
    {
        // Connecting would make the file, and the doctor changes nothing.
        if (options.SqlitePath is { } path && !File.Exists(path))
        {
            findings.Warn(Subject, $"{path} is not there yet; the first start makes it.");
            return false;
        }
        try
        {
            await database.ReadAsync("SELECT 1", row => row.GetInt32(0));
        }
        catch (Exception problem) when (problem is DbException or TimeoutException or IOException)
        {
            findings.Fail(Subject, $"{database.Kind} cannot be reached ({problem.GetType().Name}); check that it runs, and section \"database\" of the configuration.");
            return false;
        }
        var pending = await SchemaUpgrade.PendingAsync(database);
        if (pending.Count > 0)
        {
            findings.Warn(Subject, $"{database.Kind} is reachable, but lacks {pending.Count} migrations; the next start applies them (back it up first).");
            return false;
        }
        findings.Ok(Subject, $"{database.Kind} is reachable and up to date.");
        return true;
    }
}
