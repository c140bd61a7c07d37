using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Backups;

/// <summary>Backups of PostgreSQL, by its own tools: nothing knows its databases better. The password goes in their environment, never on their command line.</summary>
static partial class PostgresBackup
{
    internal static async Task WriteAsync(string connectionString, string file, CancellationToken cancellation)
    {
        if (File.Exists(file))
            throw new InvalidOperationException($"{file} is there already; name another file.");
        var fresh = file + ".new";
        File.Delete(fresh);
        PrivateFile.Make(fresh);
        try
        {
            await RunAsync("pg_dump", connectionString, ["--format=custom", "--no-owner", "--no-privileges", "--file=" + fresh], $"pg_dump -Fc --no-owner --no-privileges -f {file}", cancellation);
            PrivateFile.Flush(fresh);
            File.Move(fresh, file, overwrite: false);
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>Puts a backup in the database's place, in one transaction.</summary>
    internal static async Task RestoreAsync(PostgresDatabase database, string connectionString, string file, bool force, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new InvalidOperationException($"There is no file {file}.");
        await CheckSchemaAsync(connectionString, file, cancellation);
        if (await database.ReadAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'pg_restore'", row => row.GetInt64(0)) is > 0 and var others)
            throw new InvalidOperationException($"{others} connections are open to the database: stop the servers first.");
        if (!force && await HoldsDataAsync(database))
            throw new InvalidOperationException("The database holds data. Say --force to put the backup in its place; what is there is lost.");
        await RunAsync(
            "pg_restore", connectionString, ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname=" + NameOf(connectionString), file],
            $"pg_restore --clean --if-exists --no-owner --no-privileges --single-transaction -d {NameOf(connectionString)} {file}", cancellation);
    }

    static async Task<bool> HoldsDataAsync(PostgresDatabase database) =>
        await database.ReadAsync("SELECT to_regclass('organizations') IS NOT NULL", row => row.GetBoolean(0))
        && await database.ReadAsync("SELECT EXISTS (SELECT 1 FROM organizations)", row => row.GetBoolean(0));

    /// <exception cref="InvalidOperationException">The backup is of a newer version of this program, or of none.</exception>
    static async Task CheckSchemaAsync(string connectionString, string file, CancellationToken cancellation)
    {
        var text = await RunAsync("pg_restore", connectionString, ["--data-only", "--table=__EFMigrationsHistory", "--file=-", file], $"pg_restore --list {file}", cancellation);
        var names = MigrationName().Matches(text).Select(match => match.Value).ToList();
        if (names.Count == 0)
            throw new InvalidOperationException($"{file} is no backup of this program.");
        await using var any = new PostgresDatabase(connectionString);
        if (SchemaUpgrade.Unknown(any, names) is { } newer)
            throw new InvalidOperationException($"{file} was made by a newer version of this program ({newer}); restore it with that one.");
    }

    static async Task<string> RunAsync(string tool, string connectionString, string[] args, string byHand, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(tool, args) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        foreach (var (name, value) in new (string, string?)[]
        {
            ("PGHOST", parts.Host), ("PGPORT", parts.Port.ToString(CultureInfo.InvariantCulture)), ("PGUSER", parts.Username), ("PGPASSWORD", parts.Password),
            ("PGDATABASE", NameOf(connectionString)), ("PGSSLMODE", parts.SslMode switch { SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", var mode => mode.ToString().ToLowerInvariant() }),
        })
        {
            if (!string.IsNullOrEmpty(value))
                start.Environment[name] = value;
        }
        using var process = Start(start, tool, byHand);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {(await errors).Trim()}");
    }

    static Process Start(ProcessStartInfo start, string tool, string byHand)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new InvalidOperationException($"{tool} is not installed here. Install PostgreSQL's client programs (Debian: postgresql-client), or run where they are: {byHand}", problem);
        }
    }

    static string NameOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return parts.Database ?? parts.Username ?? "";
    }

    [GeneratedRegex(@"\b[0-9]{14}_\w+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex MigrationName();
}
