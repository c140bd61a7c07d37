using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OAuthServer.Data;

/// <summary>What every SQLite connection is told. WAL itself is a property of the file and set once.</summary>
static class SqlitePragmas
{
    internal static DbConnectionInterceptor Interceptor { get; } = new OnOpened();

    internal static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY";
        command.ExecuteNonQuery();
    }

    sealed class OnOpened : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Apply(connection);
            return Task.CompletedTask;
        }
    }
}
