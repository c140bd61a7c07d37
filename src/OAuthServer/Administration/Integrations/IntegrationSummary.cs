using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>An address it came from.</summary>
public sealed record SeenAddress(string Address, DateTimeOffset LastSeenAt, long Count);

/// <summary>One of its last logins.</summary>
/// <param name="RecordId">The login record.</param>
/// <param name="At">When.</param>
/// <param name="Way">A word of <see cref="IntegrationWays"/>.</param>
public sealed record SeenLogin(long RecordId, DateTimeOffset At, string Way);

/// <summary>A login as it is counted.</summary>
/// <param name="RecordId">The login record.</param>
/// <param name="At">When.</param>
/// <param name="Way">A word of <see cref="IntegrationWays"/>.</param>
/// <param name="Address">From where; null when unknown.</param>
/// <param name="IsTrusted">It was in a trusted network.</param>
public sealed record CountedLogin(long RecordId, DateTimeOffset At, string Way, string? Address, bool IsTrusted);

/// <summary>
/// What an integration's records come to, as it is stored. It grows with nothing but the number of ways: everything that could go on
/// for ever is cut to the newest.
/// </summary>
public sealed record IntegrationSummary
{
    internal const int MostAddresses = 16;
    internal const int MostLogins = 10;
    internal const int MostRuns = 40;

    /// <summary>Logins by way, refused ones included.</summary>
    public Dictionary<string, long> Ways { get; init; } = new(StringComparer.Ordinal);

    /// <summary>When its last runs began, as milliseconds since 1970, oldest first: logins in quick succession are one run.</summary>
    public List<long> Runs { get; init; } = [];

    /// <summary>How many runs began in each hour of the day, UTC.</summary>
    public int[] Hours { get; init; } = new int[24];

    /// <summary>The addresses it was last seen at, newest first.</summary>
    public List<SeenAddress> Addresses { get; init; } = [];

    /// <summary>Its last logins, newest first.</summary>
    public List<SeenLogin> Last { get; init; } = [];

    /// <summary>When it last logged in, whether or not a run began.</summary>
    public DateTimeOffset? LastLoginAt { get; set; }

    /// <summary>It was last seen in a trusted network.</summary>
    public bool IsTrusted { get; set; }

    public static IntegrationSummary Of(string json) => SettingsJson.Read<IntegrationSummary>(json);

    /// <summary>Counts one login more, the newest so far.</summary>
    public void Add(CountedLogin login)
    {
        Ways[login.Way] = Ways.GetValueOrDefault(login.Way) + 1;
        Last.Insert(0, new(login.RecordId, login.At, login.Way));
        Cut(Last, MostLogins);
        if (login.Address is { } address)
        {
            var known = Addresses.FindIndex(seen => seen.Address == address);
            var count = known < 0 ? 0 : Addresses[known].Count;
            if (known >= 0)
                Addresses.RemoveAt(known);
            Addresses.Insert(0, new(address, login.At, count + 1));
            Cut(Addresses, MostAddresses);
        }
        if (login.Way == IntegrationWays.Refused)
            return;
        IsTrusted = login.IsTrusted;
        if (LastLoginAt is not { } last || login.At - last >= Rhythm.OneRun)
        {
            Runs.Add(login.At.ToUnixTimeMilliseconds());
            if (Runs.Count > MostRuns)
                Runs.RemoveAt(0);
            Hours[login.At.UtcDateTime.Hour]++;
        }
        LastLoginAt = login.At;
    }

    static void Cut<T>(List<T> list, int most)
    {
        if (list.Count > most)
            list.RemoveRange(most, list.Count - most);
    }
}
