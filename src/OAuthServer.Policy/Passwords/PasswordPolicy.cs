using System.Text;

namespace OAuthServer.Policy.Passwords;

/// <summary>What a new password must contain (the vendor's six levels, 0 to 5).</summary>
public enum PasswordComplexity
{
    /// <summary>Anything.</summary>
    None = 0,

    /// <summary>A letter and a digit.</summary>
    LetterAndDigit = 1,

    /// <summary>A letter, a digit and a special character.</summary>
    LetterDigitAndSpecial = 2,

    /// <summary>A digit, an upper-case and a lower-case letter.</summary>
    DigitUpperAndLower = 3,

    /// <summary>A digit, an upper-case and a lower-case letter, and a special character.</summary>
    DigitUpperLowerAndSpecial = 4,

    /// <summary>Three of: digit, upper-case letter, lower-case letter, special character.</summary>
    ThreeOfFour = 5,
}

/// <summary>The rules for a new password and the age of the present one.</summary>
/// <param name="MinLength">5 to 50.</param>
/// <param name="Complexity">Which characters must be there.</param>
/// <param name="History">How many old passwords are refused, 0 to 24.</param>
/// <param name="ExpiresAfterDays">0 = never.</param>
/// <param name="OneDayMinimum">At most one change by the user in 24 hours.</param>
/// <param name="BreachedListCheck">Refuse passwords on the list of known ones.</param>
public sealed record PasswordPolicy(
    int MinLength,
    PasswordComplexity Complexity,
    int History,
    int ExpiresAfterDays,
    bool OneDayMinimum,
    bool BreachedListCheck)
{
    /// <summary>The vendor's defaults: eight characters, a letter and a digit, three remembered, ninety days.</summary>
    public static PasswordPolicy Default { get; } = new(8, PasswordComplexity.LetterAndDigit, 3, 90, OneDayMinimum: false, BreachedListCheck: true);

    /// <summary>The longest password that is looked at, in UTF-8 bytes; longer is refused before hashing.</summary>
    public const int MaxBytes = 16_000;

    /// <summary>True when a password set at <paramref name="changedAt"/> has expired.</summary>
    public bool IsExpired(DateTimeOffset changedAt, DateTimeOffset at) =>
        ExpiresAfterDays > 0 && at - changedAt >= TimeSpan.FromDays(ExpiresAfterDays);

    /// <summary>What is wrong with a new password; empty when nothing is. History and the one-day minimum need the account and are checked there.</summary>
    /// <param name="password">The candidate.</param>
    /// <param name="username">May not be contained in it.</param>
    /// <param name="isKnownBreached">The breached list's answer for it.</param>
    public IReadOnlyList<PasswordFlaw> Judge(string password, string username, bool isKnownBreached)
    {
        if (Encoding.UTF8.GetByteCount(password) > MaxBytes)
        {
            return [PasswordFlaw.TooLong]; // Too long to look at, so nothing else is.
        }

        var content = PasswordContent.Of(password);
        List<PasswordFlaw> flaws = [];
        Demand(content.Length >= MinLength, PasswordFlaw.TooShort);
        Demand(content.Satisfies(Complexity), PasswordFlaw.NotComplexEnough);
        Demand(!ContainsUsername(password, username), PasswordFlaw.ContainsUsername);
        Demand(!(BreachedListCheck && isKnownBreached), PasswordFlaw.Breached);
        return flaws;

        void Demand(bool holds, PasswordFlaw otherwise)
        {
            if (!holds)
            {
                flaws.Add(otherwise);
            }
        }
    }

    // The part before the @ is what people put into passwords; one or two letters of it would forbid too much.
    static bool ContainsUsername(string password, string username)
    {
        var at = username.IndexOf('@', StringComparison.Ordinal);
        var own = at < 0 ? username.AsSpan() : username.AsSpan(0, at);
        return own.Length >= 3 && password.AsSpan().Contains(own, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>What is wrong with a new password.</summary>
public enum PasswordFlaw
{
    /// <summary>Too short.</summary>
    TooShort,

    /// <summary>Too long to look at.</summary>
    TooLong,

    /// <summary>The demanded kinds of characters are not all there.</summary>
    NotComplexEnough,

    /// <summary>Contains the username.</summary>
    ContainsUsername,

    /// <summary>On the list of known passwords.</summary>
    Breached,

    /// <summary>Used before.</summary>
    UsedBefore,

    /// <summary>Changed less than a day ago.</summary>
    ChangedTooRecently,
}
