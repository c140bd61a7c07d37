using System.Data.Common;
using System.Net;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Integrations;

/// <summary>Logins of one way that were read together.</summary>
public sealed class WayTally(string orgId, WayKey key)
{
    public string OrgId => orgId;

    public WayKey Key => key;

    /// <summary>Oldest first.</summary>
    public List<CountedLogin> Logins { get; } = [];
}

/// <summary>Records that were read together, by way.</summary>
/// <param name="Tallies">The ways.</param>
/// <param name="Profiles">The last record that each profile decided, and its time in milliseconds since 1970.</param>
/// <param name="LastRecordId">Up to which record.</param>
/// <param name="IsLast">There are no more for now.</param>
public sealed record RecordBatch(IReadOnlyCollection<WayTally> Tallies, IReadOnlyDictionary<string, (long RecordId, long At)> Profiles, long LastRecordId, bool IsLast);

/// <summary>Reads login records for the inventory: only what it needs, without EF Core, as a million of them must be read in minutes.</summary>
static class RecordReading
{
    internal const int MostRecords = 5_000;

    /// <summary>Of so many ways at once are the counts written, so that nobody waits long for the one writer.</summary>
    internal const int MostWays = 1_000;

    const string Sql = """
        SELECT id, at, org_id, user_id, client_id, channel, source_address, user_agent, client_version, proven, token_needed, trusted_network, decision, profile_id
        FROM login_records WHERE id > @after ORDER BY id LIMIT 5000
        """;

    /// <summary>Reads on from a record.</summary>
    /// <param name="database">Where from.</param>
    /// <param name="after">The last record that was counted.</param>
    /// <param name="until">Newer records wait for the next time.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task<RecordBatch> ReadAsync(Database database, long after, DateTimeOffset until, CancellationToken cancellation)
    {
        var tallies = new Dictionary<(string, WayKey), WayTally>();
        var profiles = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        await using var connection = await database.ConnectAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@after", after);
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (last, count) = (after, 0);
        for (; tallies.Count < MostWays && await reader.ReadAsync(cancellation); count++)
        {
            if (reader.GetInt64(1) > until.ToUnixTimeMilliseconds())
                return new(tallies.Values, profiles, last, IsLast: true);
            last = reader.GetInt64(0);
            if (Text(reader, 13) is { } profileId)
                profiles[profileId] = (last, reader.GetInt64(1));
            if (LoginOf(reader) is not var (orgId, key, login))
                continue;
            if (!tallies.TryGetValue((orgId, key), out var tally))
                tallies[(orgId, key)] = tally = new(orgId, key);
            tally.Logins.Add(login);
        }
        return new(tallies.Values, profiles, last, IsLast: count < MostRecords && tallies.Count < MostWays);
    }

    static (string, WayKey, CountedLogin)? LoginOf(DbDataReader row)
    {
        if (row.IsDBNull(2) || row.IsDBNull(3) || !Enum.TryParse<LoginChannel>(row.GetString(5), out var channel))
            return null;
        if (IntegrationWays.Of(channel, (Proof)row.GetInt32(9), row.GetBoolean(10), row.GetString(12) == "allow") is not { } way)
            return null;
        var address = Text(row, 6);
        var trusted = Text(row, 11);
        var key = new WayKey(
            row.GetString(3), Text(row, 4) ?? "", WayKey.NetworkOf(trusted, IPAddress.TryParse(address, out var parsed) ? parsed : null), WayKey.ClientOf(Text(row, 7), Text(row, 8)));
        return (row.GetString(2), key, new(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), way, address, trusted is not null));
    }

    static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
