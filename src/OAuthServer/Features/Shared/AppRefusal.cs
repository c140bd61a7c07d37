using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>What an app is told at every door that could not prove itself: recorded by the gate, or only slowed down after too many.</summary>
public static class AppRefusal
{
    /// <param name="gate">Records the attempt.</param>
    /// <param name="context">Is answered.</param>
    /// <param name="failed">What the app tried.</param>
    /// <param name="channel">At which door.</param>
    /// <param name="request">What of the request goes into the record.</param>
    /// <param name="dialect">The door's own, where it has only one; null = the app's.</param>
    public static async Task AnswerAsync(
        LoginGate gate, HttpContext context, ClientProof.Failed failed, LoginChannel channel, RequestContext request, Dialect? dialect = null)
    {
        var (error, seconds) = await gate.RefuseAppAsync(failed, channel, request);
        await OAuthAnswer.ErrorAsync(context, error ?? OAuthAnswer.TooMany(seconds), dialect ?? failed.Dialect, failed.UsedHeader);
    }
}
