using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Login;

/// <summary>
/// How many refused logins one source network and one app may cause. Counted per process; a network is an IPv4 address or an
/// IPv6 /64. Logins that succeed cost nothing, so a busy job is never slowed down by its own success.
/// </summary>
public sealed class RefusalLimits(LimitOptions options, TimeProvider clock)
{
    const int MaxTracked = 100_000;
    readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Seconds until the caller may try again; 0 = now.</summary>
    public int SecondsToWait(IPAddress? from, string? clientId)
    {
        if (buckets.IsEmpty)
            return 0;
        var now = clock.GetTimestamp();
        return Math.Max(WaitOf(NetworkKey(from), options.RefusalsPerNetwork, now), clientId is null ? 0 : WaitOf("app " + clientId, options.RefusalsPerApp, now));
    }

    /// <summary>Counts one refusal.</summary>
    public void Count(IPAddress? from, string? clientId)
    {
        var now = clock.GetTimestamp();
        if (buckets.Count > MaxTracked)
            Forget(now);
        Add(NetworkKey(from), options.RefusalsPerNetwork, now);
        if (clientId is not null)
            Add("app " + clientId, options.RefusalsPerApp, now);
    }

    /// <summary>Takes one back that was none.</summary>
    public void Forgive(IPAddress? from, string? clientId)
    {
        var now = clock.GetTimestamp();
        Lower(NetworkKey(from), now);
        if (clientId is not null)
            Lower("app " + clientId, now);
    }

    void Lower(string key, long now)
    {
        if (buckets.TryGetValue(key, out var bucket))
            buckets.TryUpdate(key, new(Math.Max(0, LevelOf(bucket, now) - 1), now), bucket);
    }

    int WaitOf(string key, int burst, long now)
    {
        if (!buckets.TryGetValue(key, out var bucket))
            return 0;
        var over = LevelOf(bucket, now) - burst;
        return over < 0 ? 0 : 1 + (int)((over + 1) * 60 / options.ForgivenPerMinute);
    }

    /// <summary>No higher than full: a client that knocks all night is let in again as soon as one that stopped at the limit.</summary>
    void Add(string key, int burst, long now) =>
        buckets.AddOrUpdate(key, _ => new(1, now), (_, bucket) => new(Math.Min(LevelOf(bucket, now) + 1, burst + 1), now));

    void Forget(long now)
    {
        foreach (var (key, bucket) in buckets)
        {
            if (LevelOf(bucket, now) <= 0)
                buckets.TryRemove(key, out _);
        }
        if (buckets.Count > MaxTracked)
            buckets.Clear(); // more networks than one attacker has: counting each is pointless, memory is not
    }

    static string NetworkKey(IPAddress? from) => from switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(from.GetAddressBytes().AsSpan(0, 8)),
        _ => from.ToString(),
    };

    /// <summary>By a clock that nobody can set: set back, the other one would add to every level.</summary>
    double LevelOf(Bucket bucket, long now) => Math.Max(0, bucket.Level - clock.GetElapsedTime(bucket.At, now).TotalMinutes * options.ForgivenPerMinute);

    sealed record Bucket(double Level, long At);
}
