using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.SelfService;

/// <summary>/api/me/security-token: everything about the token except its value, and its replacement.</summary>
static class SecurityTokenEndpoints
{
    internal static async Task<IResult> GetAsync(HttpContext http, Database database, TimeProvider clock)
    {
        var (_, user, profile, _, _) = Me.Of(http);
        await using var db = database.NewContext();
        var now = clock.GetUtcNow();
        var state = await SecurityTokenState.ReadAsync(db, user, profile, now, http.RequestAborted);
        return JsonBodies.Answer(new
        {
            Applies = state.WhyNone is null,
            Reason = state.WhyNone,
            Explanation = state.WhyNone?.Sentence(),
            MayReset = state.WhyNone is null && profile.MayResetOwnToken,
            MostOverlapDays = profile.SecurityTokenOverlapDays,
            state.Current,
            state.Old,
            state.OldUsesSinceReset,
            WouldStop = state.WhyNone is null ? await SecurityTokenUses.ReadAsync(db, user, now, http.RequestAborted) : [],
        });
    }

    internal static async Task<IResult> ResetAsync(HttpContext http, SecurityTokens tokens)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ResetRequest>.ReadAsync(http, whenEmpty: new());
        if (body.Value is not { } request)
            return body.Problem!;
        return await tokens.ResetAsync(me.User.Id, me.Profile, TokenResetBy.Owner, request.OverlapDays, http.RequestAborted) switch
        {
            TokenReset.Sent sent => JsonBodies.Answer(new { SentTo = MaskedAddress.Of(sent.To), OldTokenWorksUntil = sent.OldWorksUntil }, 202),
            TokenReset.NoneApplies none => Problems.Of(
                409, "no-security-token", "There is no security token to reset.", none.Reason.Sentence(), [new("reason", none.Reason)]),
            TokenReset.NotPermitted => Problems.Of(
                409, "reset-not-permitted", "Your profile does not let you reset your security token.", "Ask your administrator to reset it for you."),
            TokenReset.OverlapNotAllowed tooLong => Problems.Of(
                422, "overlap-not-allowed", "The old token may not live on that long.", $"Send overlapDays from 0 to {tooLong.MostDays}, or leave it out."),
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    internal sealed class ResetRequest
    {
        public int OverlapDays { get; init; }
    }
}
