namespace OAuthServer.Accounts;

/// <summary>Why a user has no security token and gets none (login policy, section 5).</summary>
public enum TokenAbsence
{
    /// <summary>Local passwords are refused everywhere: there is nothing to append a token to.</summary>
    SsoRequired,

    /// <summary>The profile's login ranges decide alone.</summary>
    HasLoginRanges,

    /// <summary>A code of the authenticator app goes in the token's place.</summary>
    TotpForTheApi,

    /// <summary>The profile asks for none.</summary>
    TurnedOff,

    /// <summary>The account has no password yet, or never will.</summary>
    NoPassword,
}

/// <summary>Reasons as sentences.</summary>
public static class TokenAbsences
{
    /// <summary>What the account's owner is told: why, and what holds instead.</summary>
    public static string Sentence(this TokenAbsence reason) => reason switch
    {
        TokenAbsence.SsoRequired =>
            "You have no security token because you sign in through your company's identity provider and local passwords are not accepted.",
        TokenAbsence.HasLoginRanges =>
            "You have no security token because your profile lets you log in only from listed addresses; inside them the password is enough.",
        TokenAbsence.TotpForTheApi =>
            "You have no security token because your profile wants a code from your authenticator app appended to the password instead.",
        TokenAbsence.TurnedOff =>
            "You have no security token because your profile does not ask for one.",
        TokenAbsence.NoPassword =>
            "You have no security token because your account has no password to append it to.",
    };

    /// <summary>What an administrator is told.</summary>
    public static string SentenceForAdministrators(this TokenAbsence reason) => reason switch
    {
        TokenAbsence.SsoRequired => "The profile requires single sign-on: local passwords are not accepted, so there is nothing to append a token to.",
        TokenAbsence.HasLoginRanges => "The profile lets its people log in only from listed addresses; inside them the password is enough.",
        TokenAbsence.TotpForTheApi => "The profile wants a code of the authenticator app appended to the password instead.",
        TokenAbsence.TurnedOff => "The profile does not ask for one.",
        TokenAbsence.NoPassword => "The account has no password to append it to.",
    };
}
