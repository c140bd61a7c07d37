namespace OAuthServer.Accounts;

/// <summary>What the owner needs to enrol an authenticator app.</summary>
/// <param name="Secret">The seed in Base32, to be typed.</param>
/// <param name="Uri">The same as an address, to be scanned.</param>
/// <param name="ExpiresAt">When it must be confirmed.</param>
public sealed record Enrolment(string Secret, string Uri, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the secret, which must not reach a log.</summary>
    public override string ToString() => nameof(Enrolment);
}

/// <summary>What became of a wish to enrol.</summary>
public abstract record EnrolmentStart
{
    private EnrolmentStart() { }

    /// <summary>It waits for a code.</summary>
    public sealed record Begun(Enrolment Enrolment) : EnrolmentStart;

    /// <summary>A failed attempt.</summary>
    public sealed record WrongCurrentPassword : EnrolmentStart;

    /// <summary>Ask again in a moment.</summary>
    public sealed record Busy : EnrolmentStart;
}

/// <summary>What became of the code that proves an enrolment.</summary>
public abstract record EnrolmentConfirmation
{
    private EnrolmentConfirmation() { }

    /// <summary>Enrolled.</summary>
    /// <param name="RecoveryCodes">To be shown once.</param>
    public sealed record Confirmed(IReadOnlyList<string> RecoveryCodes) : EnrolmentConfirmation
    {
        /// <summary>Without the codes, which must not reach a log.</summary>
        public override string ToString() => nameof(Confirmed);
    }

    /// <summary>A failed attempt.</summary>
    public sealed record WrongCode : EnrolmentConfirmation;

    /// <summary>No enrolment waits, or no longer.</summary>
    public sealed record NothingPending : EnrolmentConfirmation;
}

/// <summary>What became of a wish to go without an authenticator app.</summary>
public abstract record AuthenticatorRemoval
{
    private AuthenticatorRemoval() { }

    /// <summary>It is gone, and the recovery codes with it.</summary>
    public sealed record Removed : AuthenticatorRemoval;

    /// <summary>There was none.</summary>
    public sealed record NoAuthenticator : AuthenticatorRemoval;

    /// <summary>The profile demands a second factor, and this is the last.</summary>
    public sealed record LastFactor : AuthenticatorRemoval;

    /// <summary>A failed attempt.</summary>
    public sealed record WrongCurrentPassword : AuthenticatorRemoval;

    /// <summary>Ask again in a moment.</summary>
    public sealed record Busy : AuthenticatorRemoval;
}

/// <summary>What became of a wish for new recovery codes.</summary>
public abstract record RecoveryCodesRenewal
{
    private RecoveryCodesRenewal() { }

    /// <summary>A new set; the old one is dead.</summary>
    /// <param name="Codes">To be shown once.</param>
    public sealed record Renewed(IReadOnlyList<string> Codes) : RecoveryCodesRenewal
    {
        /// <summary>Without the codes, which must not reach a log.</summary>
        public override string ToString() => nameof(Renewed);
    }

    /// <summary>Recovery codes stand in for an authenticator app, and there is none.</summary>
    public sealed record NoAuthenticator : RecoveryCodesRenewal;

    /// <summary>A failed attempt.</summary>
    public sealed record WrongCurrentPassword : RecoveryCodesRenewal;

    /// <summary>Ask again in a moment.</summary>
    public sealed record Busy : RecoveryCodesRenewal;
}
