using Npgsql;
using OAuthServer.Configuration;

namespace OAuthServer.Hosting.Configuration;

/// <summary>The <c>database</c> section.</summary>
static class DatabaseSection
{
    internal static DatabaseOptions? Read(DatabaseFile? section, FileReport report) => section switch
    {
        { Kind: DatabaseKind.Sqlite } => Sqlite(section, report),
        { Kind: DatabaseKind.Postgres } => Postgres(section, report),
        _ => null, // missing or unknown, and already reported
    };

    static DatabaseOptions? Sqlite(DatabaseFile section, FileReport report)
    {
        if (section.ConnectionString is not null)
            report.Add("database.connectionString", "belongs to kind \"postgres\"; sqlite has a path.");
        if (!string.IsNullOrWhiteSpace(section.Path))
            return new() { SqlitePath = Path.GetFullPath(section.Path, report.Folder) };
        report.Add("database.path", "is missing; name the database file, such as \"../data/oauthserver.db\".");
        return null;
    }

    static DatabaseOptions? Postgres(DatabaseFile section, FileReport report)
    {
        const string Path = "database.connectionString";
        if (section.Path is not null)
            report.Add("database.path", "belongs to kind \"sqlite\"; postgres has a connectionString.");
        if (string.IsNullOrWhiteSpace(section.ConnectionString))
        {
            report.Add(Path, "is missing; write \"env:NAME\" or \"file:path\" of a connection string.");
            return null;
        }
        var isReference = SecretReference.Is(section.ConnectionString);
        var text = isReference ? SecretReference.Read(section.ConnectionString, Path, report) : section.ConnectionString;
        return text is not null && IsUsable(text, isReference, report) ? new() { PostgresConnectionString = text } : null;

        static bool IsUsable(string text, bool isReference, FileReport report)
        {
            try
            {
                var parts = new NpgsqlConnectionStringBuilder(text);
                if (string.IsNullOrEmpty(parts.Host))
                    report.Add(Path, "names no Host; write one such as \"Host=db.example.com;Database=oauthserver;Username=oauthserver\".");
                else if (!isReference && !(string.IsNullOrEmpty(parts.Password) && string.IsNullOrEmpty(parts.SslPassword)))
                    report.Add(Path, "holds a password; put the whole connection string elsewhere and write \"env:NAME\" or \"file:path\".");
                else
                    return true;
            }
            catch (Exception problem) when (problem is ArgumentException or FormatException or InvalidCastException or OverflowException)
            {
                report.Add(Path, "is not a connection string; write one such as \"Host=db.example.com;Database=oauthserver;Username=oauthserver\".");
            }
            return false;
        }
    }
}
