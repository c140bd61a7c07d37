namespace OAuthServer.Policy;

/// <summary>The kinds of proof a login can bring. A set: combine with <c>|</c>.</summary>
[Flags]
public enum Proof
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The account's password.</summary>
    Password = 1,

    /// <summary>The e-mailed security token, appended to the password.</summary>
    SecurityToken = 1 << 1,

    /// <summary>A time-based one-time password (RFC 6238).</summary>
    Totp = 1 << 2,

    /// <summary>One of the printed recovery codes.</summary>
    RecoveryCode = 1 << 3,

    /// <summary>A code sent by e-mail to make a device known.</summary>
    EmailCode = 1 << 4,

    /// <summary>A passkey or security key (WebAuthn) with user verification.</summary>
    Passkey = 1 << 5,

    /// <summary>An assertion of an identity provider, SAML or OpenID Connect.</summary>
    SsoAssertion = 1 << 6,

    /// <summary>The connected app's secret.</summary>
    ClientSecret = 1 << 7,

    /// <summary>An assertion signed by the connected app (RFC 7523), for itself or for a user.</summary>
    ClientAssertion = 1 << 8,

    /// <summary>A refresh token of an earlier login.</summary>
    RefreshToken = 1 << 9,

    /// <summary>A second factor that the identity provider says to have seen, and is believed in this. Never without its assertion.</summary>
    SsoSecondFactor = 1 << 10,
}

/// <summary>Why a presented proof did not hold. Kinds only: never a value, never shown before the credentials are proven.</summary>
public enum CredentialFlaw
{
    /// <summary>All that was presented holds.</summary>
    None,

    /// <summary>No user of this name.</summary>
    UnknownUser,

    /// <summary>The password is wrong, with whatever was or was not appended to it.</summary>
    WrongPassword,

    /// <summary>The password is right, the appended token was this user's and is retired (reset, password change).</summary>
    SecurityTokenRetired,

    /// <summary>The password is right, the appended token is past its lifetime.</summary>
    SecurityTokenExpired,

    /// <summary>The password is right, the appended token was for a single use and has been used.</summary>
    SecurityTokenSpent,

    /// <summary>The password is right, the appended code was accepted before (RFC 6238 section 5.2).</summary>
    TotpReplayed,

    /// <summary>A one-time code typed on a page is wrong or too old.</summary>
    WrongCode,

    /// <summary>The passkey's answer did not verify.</summary>
    PasskeyRejected,

    /// <summary>The identity provider's assertion did not verify or names nobody here.</summary>
    AssertionRejected,

    /// <summary>The app is unknown.</summary>
    UnknownApp,

    /// <summary>The app's secret is wrong, expired or missing.</summary>
    WrongClientSecret,

    /// <summary>The app's signed assertion did not verify.</summary>
    ClientAssertionRejected,

    /// <summary>The refresh token is unknown, expired, revoked or another app's.</summary>
    RefreshTokenDead,

    /// <summary>The refresh token had been used before: its family is revoked (RFC 9700 section 4.14.2).</summary>
    RefreshTokenReused,

    /// <summary>The app has no run-as user.</summary>
    NoRunAsUser,
}

/// <summary>What a login brought and what of it held.</summary>
/// <param name="Presented">Kinds that were recognisably brought.</param>
/// <param name="Proven">Kinds that were verified.</param>
/// <param name="Flaw">Why something did not hold; <see cref="CredentialFlaw.None"/> when all did.</param>
public sealed record Evidence(Proof Presented, Proof Proven, CredentialFlaw Flaw = CredentialFlaw.None)
{
    /// <summary>Nothing brought yet: the first step of a browser sign-in.</summary>
    public static Evidence Nothing { get; } = new(Proof.None, Proof.None);

    /// <summary>Everything that was brought holds.</summary>
    public static Evidence Of(Proof proven) => new(proven, proven);

    /// <summary>True when any of <paramref name="proofs"/> was verified.</summary>
    public bool Has(Proof proofs) => (Proven & proofs) != Proof.None;
}
