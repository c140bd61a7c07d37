using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>The second factors that a profile demands of everybody: of these the owner does not take the last away, who could not sign in again with none.</summary>
static class RequiredFactors
{
    /// <summary>True when the profile demands a factor and the user has one left that counts, of this kind. Asked under the account's lock.</summary>
    internal static async Task<bool> IsLastAsync(ServerDb db, string userId, ProfileFacts profile, Proof kind, CancellationToken cancellation)
    {
        AccountLock.Demand(db);
        if (!AreDemanded(profile) || (profile.SecondFactorKinds & kind) == Proof.None)
            return false;
        var passkeys = (profile.SecondFactorKinds & Proof.Passkey) == Proof.None ? 0 : await db.Passkeys.CountAsync(p => p.UserId == userId, cancellation);
        var apps = (profile.SecondFactorKinds & Proof.Totp) == Proof.None
            ? 0 : await db.Authenticators.CountAsync(a => a.UserId == userId && a.ConfirmedAt != null, cancellation);
        return passkeys + apps == 1;
    }

    static bool AreDemanded(ProfileFacts profile) =>
        profile.EnrolmentForced || profile.BrowserSecondFactor is BrowserSecondFactor.Always or BrowserSecondFactor.OffTrustedNetworks;
}
