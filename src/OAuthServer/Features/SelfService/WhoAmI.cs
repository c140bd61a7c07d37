using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Policy;

namespace OAuthServer.Features.SelfService;

/// <summary>GET /api/me: who the caller is, and what applies to the account and why.</summary>
static class WhoAmI
{
    internal static async Task<IResult> GetAsync(HttpContext http, Database database, TimeProvider clock)
    {
        var (token, user, profile, org, _) = Me.Of(http);
        await using var db = database.NewContext();
        var tokenState = await SecurityTokenState.ReadAsync(db, user, profile, clock.GetUtcNow(), http.RequestAborted);
        var authenticators = await db.Authenticators.AsNoTracking().Where(a => a.UserId == user.Id).ToListAsync(http.RequestAborted);
        var enrolled = authenticators.Find(a => a.ConfirmedAt is not null);
        return JsonBodies.Answer(new
        {
            Id = RecordId.Long(user.Id),
            user.Username,
            user.Email,
            user.FirstName,
            user.LastName,
            Organization = new { Id = RecordId.Long(org.Id), org.Name },
            Profile = new { Id = RecordId.Long(profile.Id), profile.Name, profile.Version, profile.ApiOnly, SingleSignOn = profile.Sso },
            Login = new { token.Channel, token.AuthenticatedAt, new Assurance(token.Proven, token.TrustedNetwork).Amr, token.TrustedNetwork },
            Password = new { IsSet = user.PasswordHash is not null, ChangedAt = user.PasswordChangedAt, MustBeChanged = user.MustChangePassword },
            SecurityToken = new
            {
                Applies = tokenState.WhyNone is null,
                Reason = tokenState.WhyNone,
                Explanation = tokenState.WhyNone?.Sentence(),
                Exists = tokenState.Current is not null,
                MayReset = tokenState.WhyNone is null && profile.MayResetOwnToken,
            },
            Authenticator = new
            {
                IsEnrolled = enrolled is not null,
                EnrolledAt = enrolled?.ConfirmedAt,
                RecoveryCodesLeft = await db.RecoveryCodes.CountAsync(code => code.UserId == user.Id && code.UsedAt == null, http.RequestAborted),
            },
        });
    }
}
