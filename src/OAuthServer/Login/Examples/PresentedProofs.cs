using OAuthServer.Policy;

namespace OAuthServer.Login.Examples;

/// <summary>What would be brought, as the verifier would find it.</summary>
public static class PresentedProofs
{
    /// <summary>The proofs, together, with what of them does not hold.</summary>
    public static Evidence Of(IEnumerable<Proof> presented, CredentialFlaw flaw)
    {
        var all = presented.Aggregate(Proof.None, (some, one) => some | one);
        return new(all, Held(all, flaw), flaw);
    }

    // A suffix that is recognised and does not hold leaves the password proven; anything else that is wrong proves nothing.
    static Proof Held(Proof all, CredentialFlaw flaw) => flaw switch
    {
        CredentialFlaw.None => all,
        CredentialFlaw.SecurityTokenRetired or CredentialFlaw.SecurityTokenExpired or CredentialFlaw.SecurityTokenSpent or CredentialFlaw.TotpReplayed => all & Proof.Password,
        _ => Proof.None,
    };
}
