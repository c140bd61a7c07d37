using OAuthServer.Policy.Passwords;

namespace OAuthServer.Accounts;

/// <summary>Who sets a password.</summary>
public enum PasswordSetBy
{
    /// <summary>The user, with the first one.</summary>
    Activation,

    /// <summary>The user, who knows the old one.</summary>
    Owner,

    /// <summary>The user, who holds a link that was mailed.</summary>
    ResetLink,

    /// <summary>An administrator: good for one sign-in, where the user must change it.</summary>
    Administrator,
}

/// <summary>What became of a new password.</summary>
public abstract record PasswordChange
{
    private PasswordChange() { }

    /// <summary>It holds; what was born of the old one is dead.</summary>
    /// <param name="WhyNoToken">Why no new security token was sent; null when one was.</param>
    public sealed record Changed(TokenAbsence? WhyNoToken) : PasswordChange;

    /// <summary>The new password will not do.</summary>
    /// <param name="Flaws">Everything that is wrong with it.</param>
    public sealed record Refused(IReadOnlyList<PasswordFlaw> Flaws) : PasswordChange;

    /// <summary>The current password was wrong: a failed attempt.</summary>
    public sealed record WrongCurrentPassword : PasswordChange;

    /// <summary>Too much to do at once, or another change got there first: ask again in a moment.</summary>
    public sealed record Busy : PasswordChange;
}

/// <summary>A candidate, judged and hashed.</summary>
public abstract record PasswordJudgement
{
    private PasswordJudgement() { }

    /// <summary>It may be set.</summary>
    /// <param name="Hash">Its slow hash.</param>
    public sealed record Accepted(string Hash) : PasswordJudgement
    {
        /// <summary>Without the hash, which must not reach a log.</summary>
        public override string ToString() => nameof(Accepted);
    }

    /// <summary>It may not.</summary>
    /// <param name="Flaws">Everything that is wrong with it.</param>
    public sealed record Refused(IReadOnlyList<PasswordFlaw> Flaws) : PasswordJudgement;
}

/// <summary>Flaws as sentences.</summary>
public static class PasswordFlaws
{
    /// <summary>What is wrong and what would be right.</summary>
    public static string Sentence(this PasswordFlaw flaw, PasswordPolicy policy) => flaw switch
    {
        PasswordFlaw.TooShort => $"Use at least {policy.MinLength} characters.",
        PasswordFlaw.TooLong => $"Use at most {PasswordPolicy.MaxBytes} bytes.",
        PasswordFlaw.NotComplexEnough => policy.Complexity switch
        {
            PasswordComplexity.None => "Use another password.",
            PasswordComplexity.LetterAndDigit => "Use at least one letter and one digit.",
            PasswordComplexity.LetterDigitAndSpecial => "Use at least one letter, one digit and one special character.",
            PasswordComplexity.DigitUpperAndLower => "Use at least one digit, one upper-case and one lower-case letter.",
            PasswordComplexity.DigitUpperLowerAndSpecial => "Use at least one digit, one upper-case letter, one lower-case letter and one special character.",
            PasswordComplexity.ThreeOfFour => "Use at least three of these: digits, upper-case letters, lower-case letters, special characters.",
        },
        PasswordFlaw.ContainsUsername => "Leave your username out of it.",
        PasswordFlaw.Breached => "Choose another one: this is among the passwords that are guessed first.",
        PasswordFlaw.UsedBefore => "Choose one that you have not used before.",
        PasswordFlaw.ChangedTooRecently => "Wait until a day has passed since your last change, or ask your administrator.",
    };
}
