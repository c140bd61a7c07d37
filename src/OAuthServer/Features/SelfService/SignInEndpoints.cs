using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SelfService;

/// <summary>/api/me/sign-ins: the caller's own attempts, with the exact reason of each refusal.</summary>
static class SignInEndpoints
{
    const int Most = 200;

    internal static async Task<IResult> ListAsync(HttpContext http, Database database, LoginReferences references)
    {
        var me = Me.Of(http);
        var limit = 50;
        if (http.Request.Query["limit"] is [{ } limitText] && !(int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= Most))
            return Problems.Of(400, "bad-limit", "The limit cannot be used.", $"Send limit from 1 to {Most}, or leave it out for 50.");
        var before = long.MaxValue;
        if (http.Request.Query["before"] is [{ } beforeText])
        {
            if (references.Parse(beforeText) is not { } parsed)
                return Problems.Of(400, "bad-reference", "The value of before is no reference.", "Send the reference of the last sign-in you have, such as 7K3M-2QPD.");
            before = parsed;
        }
        await using var db = database.NewContext();
        var records = await db.LoginRecords.AsNoTracking()
            .Where(record => record.UserId == me.User.Id && record.Id < before)
            .OrderByDescending(record => record.Id)
            .Take(limit)
            .ToListAsync(http.RequestAborted);
        return JsonBodies.Answer(new { SignIns = records.Select(record => SignIn.Of(record, references)) });
    }

    internal static async Task<IResult> GetAsync(
        string reference, HttpContext http, Database database, LoginReferences references, LoginExplanations explanations)
    {
        var me = Me.Of(http);
        await using var db = database.NewContext();
        // Somebody else's reference and none at all are answered alike.
        if (references.Parse(reference) is not { } id
            || await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.UserId == me.User.Id, http.RequestAborted) is not { } record)
        {
            return Problems.NotFound(
                "None of your sign-ins has this reference.", "Look it up in GET /api/me/sign-ins; very old ones are no longer kept.");
        }
        return JsonBodies.Answer(new { SignIn = SignIn.Of(record, references), Explanation = await explanations.ExplainAsync(id) });
    }

    /// <summary>What the owner sees of an attempt.</summary>
    sealed record SignIn(
        string Reference, DateTimeOffset Time, LoginChannel Channel, string? App, string? Address, string? UserAgent, string Decision, DenyReason? Reason)
    {
        internal static SignIn Of(LoginRecord record, LoginReferences references) => new(
            references.Of(record.Id), record.At, record.Channel, record.ClientId, record.SourceAddress, record.UserAgent, record.Decision, record.Reason);
    }
}
