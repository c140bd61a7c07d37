using System.Net;

namespace OAuthServer.Login;

/// <summary>
/// How many sign-ins one network may have begun: as many as a large company behind one address begins in the morning, and then as many a
/// minute as refusals are forgiven. Each visit without a session leaves a row, and nobody has to prove anything before. Counted per process,
/// like <see cref="RefusalLimits"/>; not by app, or anybody could shut out all of one app's people.
/// </summary>
public sealed class RequestLimits(LimitOptions options, TimeProvider clock)
{
    readonly RefusalLimits requests = new(options with { RefusalsPerNetwork = options.RequestsPerNetwork }, clock);
    readonly Lock turn = new();

    /// <summary>Takes one; returns the seconds to wait when there have been too many.</summary>
    public int Take(IPAddress? from)
    {
        lock (turn)
        {
            if (requests.SecondsToWait(from, clientId: null) is > 0 and var seconds)
                return seconds;
            requests.Count(from, clientId: null);
            return 0;
        }
    }
}
