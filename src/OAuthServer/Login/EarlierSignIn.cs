using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>A sign-in made elsewhere that may go on at a browser: what an access token tells of how its user was proven.</summary>
/// <param name="User">Whose it was.</param>
/// <param name="Profile">The policy that applies now.</param>
/// <param name="Proven">What it proved.</param>
/// <param name="At">When.</param>
/// <param name="ClientId">The app that has the token.</param>
public sealed record EarlierSignIn(User User, ProfileFacts Profile, Proof Proven, DateTimeOffset At, string ClientId)
{
    /// <summary>A mailed code made another browser known, a security token is for programs, and an app's own proofs are nobody's.</summary>
    const Proof OfPersons = Proof.Password | Proof.Passkey | Proof.Totp | Proof.RecoveryCode;

    /// <summary>
    /// What of it counts at a browser: what a person has shown to this server itself. An identity provider vouches for one sign-in: it is
    /// asked again, and may say no by now. Nothing does where the user is an administrator: no token opens the administrators' pages unless its scope
    /// says so by name, and by a session it would.
    /// </summary>
    public Proof Counted =>
        !Profile.Administrator && (Proven & Proof.SsoAssertion) == Proof.None && (Proven & (Proof.Password | Proof.Passkey)) != Proof.None
            ? Proven & OfPersons
            : Proof.None;

    /// <summary>
    /// When a session that goes on from it counts as begun, and its person as proven: when it was made, and never so lately that it would spare
    /// the question whether it is the owner who changes a factor. Nobody has shown anything at this browser.
    /// </summary>
    /// <param name="now">The present.</param>
    public DateTimeOffset CountsFrom(DateTimeOffset now) => now - OwnerProofs.Fresh - TimeSpan.FromSeconds(1) is var stale && At > stale ? stale : At;

    /// <summary>True while a session that began with it would still last.</summary>
    /// <param name="now">The present.</param>
    public bool Lasts(DateTimeOffset now) => now < CountsFrom(now) + Profile.SessionLifetime;
}
