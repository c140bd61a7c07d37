using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Policies;

/// <summary>What a question takes for given although the user does not hold it: a token that is still to be issued, a factor to be set up.</summary>
static class AssumedProofs
{
    /// <summary>What is assumed, in sentences, and the account as if it held that.</summary>
    internal static async Task<(IReadOnlyList<string> Assumed, UserAccount Account)> OfAsync(ServerDb db, UserAccount user, Proof presented, DateTimeOffset at, CancellationToken cancellation)
    {
        List<string> assumed = [];
        if (presented.HasFlag(Proof.Password) && user.PasswordHash is null)
            assumed.Add("The user has no password.");
        if (presented.HasFlag(Proof.SecurityToken)
            && !await db.SecurityTokens.AnyAsync(token => token.UserId == user.Id && (token.RetiresAt == null || token.RetiresAt > at) && token.SpentAt == null, cancellation))
            assumed.Add("The user has no security token that could be used.");
        if (presented.HasFlag(Proof.RecoveryCode) && !await db.RecoveryCodes.AnyAsync(code => code.UserId == user.Id && code.UsedAt == null, cancellation))
            assumed.Add("The user has no recovery code left.");
        if (presented.HasFlag(Proof.Totp) && !user.Enrolled.HasFlag(Proof.Totp))
            assumed.Add("The user has no authenticator app.");
        if (presented.HasFlag(Proof.Passkey) && !user.Enrolled.HasFlag(Proof.Passkey))
            assumed.Add("The user has no passkey.");
        if (presented.HasFlag(Proof.SsoAssertion) && !await db.FederatedIdentities.AnyAsync(identity => identity.UserId == user.Id, cancellation))
            assumed.Add("No identity provider knows the user.");
        return (assumed, user with
        {
            Enrolled = user.Enrolled | (presented & (Proof.Totp | Proof.Passkey)),
            PasswordChangedAt = user.PasswordChangedAt ?? (presented.HasFlag(Proof.Password) ? at : null),
        });
    }
}
