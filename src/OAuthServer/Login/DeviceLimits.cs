using System.Net;

namespace OAuthServer.Login;

/// <summary>
/// How often codes of devices may be guessed and asked for (RFC 8628 section 5.1): ten wrong user codes from one person or one network,
/// and then one a minute. A right code costs nothing. Counted per process, like <see cref="RefusalLimits"/>.
/// </summary>
public sealed class DeviceLimits(TimeProvider clock)
{
    const int WrongCodes = 10;
    const int StartsPerNetwork = 60;
    const int StartsPerApp = 600;

    readonly RefusalLimits guesses = new(new() { RefusalsPerNetwork = WrongCodes, RefusalsPerApp = WrongCodes, ForgivenPerMinute = 1 }, clock);
    readonly RefusalLimits starts = new(new() { RefusalsPerNetwork = StartsPerNetwork, RefusalsPerApp = StartsPerApp, ForgivenPerMinute = 60 }, clock);
    readonly Lock turn = new();

    /// <summary>Takes one guess at a user code; returns the seconds to wait when there is none left. Taken before it is looked at, so that many at once are not more.</summary>
    public int TakeGuess(IPAddress? from, string userId) => Take(guesses, from, userId);

    /// <summary>Gives a guess back: the code was right.</summary>
    public void GiveBack(IPAddress? from, string userId) => guesses.Forgive(from, userId);

    /// <summary>Takes one request for codes; returns the seconds to wait when there have been too many.</summary>
    public int TakeStart(IPAddress? from, string clientId) => Take(starts, from, clientId);

    int Take(RefusalLimits limits, IPAddress? from, string who)
    {
        lock (turn)
        {
            if (limits.SecondsToWait(from, who) is > 0 and var seconds)
                return seconds;
            limits.Count(from, who);
            return 0;
        }
    }
}
