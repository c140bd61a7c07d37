using System.Data.Common;
using System.Net;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>Reads login records by their number, without EF Core: a million of them pass through here.</summary>
sealed class ReplayRecords(DbConnection connection, string orgId, ReplayInput input)
{
    const string Columns = """
        id, at, user_id, profile_id, profile_version, client_id, channel, source_address, presented, proven, flaw, token_needed, trusted_network,
        decision, reason, deciding_rule, facts
        """;

    const string OfProfile = " AND profile_id = @profile";

    static readonly Dictionary<string, LoginChannel> Channels = Enum.GetValues<LoginChannel>().ToDictionary(value => value.ToString(), StringComparer.Ordinal);
    static readonly Dictionary<string, CredentialFlaw> Flaws = Enum.GetValues<CredentialFlaw>().ToDictionary(value => value.ToString(), StringComparer.Ordinal);
    static readonly Dictionary<string, DenyReason> Reasons = Enum.GetValues<DenyReason>().ToDictionary(value => value.ToString(), StringComparer.Ordinal);

    /// <summary>A draft of one profile is no other profile's affair.</summary>
    bool IsOfOneProfile => input.Networks is null && input.Settings is not null;

    /// <summary>
    /// The last record before the days that are asked for, found by halving: numbers rise with time, and no index by time is kept. The
    /// minute allows for records of one batch, whose numbers and times may cross.
    /// </summary>
    internal async Task<long> BeforeFirstAsync(CancellationToken cancellation)
    {
        var margin = (input.From - TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds();
        var (low, high) = (0L, input.Last + 1);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            await using var command = Command("SELECT at FROM login_records WHERE org_id = @org AND id > @after AND id <= @last ORDER BY id LIMIT 1", middle);
            if (await command.ExecuteScalarAsync(cancellation) is long at && at < margin)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>How many numbers there are to go through after this one.</summary>
    internal async Task<long> CountAsync(long after, bool all, CancellationToken cancellation)
    {
        await using var command = Command("SELECT COUNT(*) FROM login_records WHERE org_id = @org AND id > @after AND id <= @last AND at >= @from" + (all || !IsOfOneProfile ? "" : OfProfile), after);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The next records after this number.</summary>
    internal async Task<List<LoginRecord>> ReadAsync(long after, int count, CancellationToken cancellation)
    {
        await using var command = Command($"SELECT {Columns} FROM login_records WHERE org_id = @org AND id > @after AND id <= @last AND at >= @from{(IsOfOneProfile ? OfProfile : "")} ORDER BY id LIMIT {count}", after);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var records = new List<LoginRecord>(count);
        while (await reader.ReadAsync(cancellation))
            records.Add(Read(reader, orgId));
        return records;
    }

    static LoginRecord Read(DbDataReader row, string orgId) => new()
    {
        Id = row.GetInt64(0),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        OrgId = orgId,
        UserId = Text(row, 2),
        ProfileId = Text(row, 3),
        ProfileVersion = row.IsDBNull(4) ? null : row.GetInt32(4),
        ClientId = Text(row, 5),
        Channel = Channels[row.GetString(6)],
        SourceAddress = Text(row, 7),
        Presented = (Proof)row.GetInt32(8),
        Proven = (Proof)row.GetInt32(9),
        Flaw = Flaws[row.GetString(10)],
        TokenNeeded = row.GetBoolean(11),
        TrustedNetwork = Text(row, 12),
        Decision = row.GetString(13),
        Reason = Text(row, 14) is { } reason ? Reasons[reason] : null,
        DecidingRule = Text(row, 15),
        Trace = "", // decided anew
        Facts = row.GetString(16),
    };

    static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    DbCommand Command(string sql, long after)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        Add("@org", orgId);
        Add("@after", after);
        Add("@last", input.Last);
        if (sql.Contains("@from", StringComparison.Ordinal))
            Add("@from", input.From.ToUnixTimeMilliseconds());
        if (sql.Contains("@profile", StringComparison.Ordinal))
            Add("@profile", input.ProfileId!);
        return command;

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>The network a person would name: the trusted one, else the /24 or /64 of the address; empty when unknown.</summary>
    internal static string NetworkOf(LoginRecord record)
    {
        if (record.TrustedNetwork is { } name)
            return name;
        if (!IPAddress.TryParse(record.SourceAddress, out var address))
            return "";
        var bytes = address.GetAddressBytes();
        var kept = bytes.Length == 4 ? 3 : 8;
        Array.Clear(bytes, kept, bytes.Length - kept);
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }
}
