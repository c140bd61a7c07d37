using System.Data.Common;
using System.Net;
using OAuthServer.Data;

namespace OAuthServer.Administration.Networks;

/// <summary>Who came in from one address.</summary>
/// <param name="Address">The address, IPv4 unmapped.</param>
/// <param name="Users">Who.</param>
/// <param name="Logins">How often.</param>
/// <param name="LastAt">When last.</param>
sealed record AddressUse(IPAddress Address, IReadOnlySet<string> Users, long Logins, DateTimeOffset LastAt);

/// <summary>Reads from which addresses people and programs came in, out of the latest records: bounded, whatever the history holds.</summary>
static class NetworkEvidence
{
    /// <summary>The latest records that are looked at.</summary>
    internal const int MostRecords = 200_000;

    const string Sql = """
        SELECT source_address, user_id, COUNT(*), MAX(at)
        FROM (SELECT source_address, user_id, at, decision FROM login_records WHERE org_id = @org ORDER BY id DESC LIMIT @most) latest
        WHERE decision = 'allow' AND source_address IS NOT NULL AND user_id IS NOT NULL AND at >= @from
        GROUP BY source_address, user_id
        """;

    internal static async Task<IReadOnlyList<AddressUse>> ReadAsync(Database database, string orgId, DateTimeOffset from, int most, CancellationToken cancellation)
    {
        await using var connection = await database.ConnectAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        Add("@org", orgId);
        Add("@most", most);
        Add("@from", from.ToUnixTimeMilliseconds());
        var rows = new List<(string Address, string User, long Logins, DateTimeOffset LastAt)>();
        await using (DbDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                rows.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3))));
        }
        return
        [
            .. rows.GroupBy(row => row.Address, StringComparer.Ordinal).Where(group => IPAddress.TryParse(group.Key, out _)).Select(group => new AddressUse(
                IPAddress.Parse(group.Key), group.Select(row => row.User).ToHashSet(StringComparer.Ordinal), group.Sum(row => row.Logins), group.Max(row => row.LastAt))),
        ];

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }
}
