using System.Text;

namespace OAuthServer.Policy.Passwords;

/// <summary>
/// Which kinds of characters a password has, and how many characters: what a person counts (runes), not UTF-16 units.
/// Letters and digits of every script count as such.
/// </summary>
readonly record struct PasswordContent(int Length, bool Letter, bool Digit, bool Upper, bool Lower, bool Special)
{
    // The vendor's list: other punctuation is allowed and does not count.
    const string Specials = "!#$%-_=+<>";

    internal static PasswordContent Of(string password)
    {
        var content = default(PasswordContent);
        foreach (var rune in password.EnumerateRunes())
        {
            content = new(
                content.Length + 1,
                content.Letter || Rune.IsLetter(rune),
                content.Digit || Rune.IsDigit(rune),
                content.Upper || Rune.IsUpper(rune),
                content.Lower || Rune.IsLower(rune),
                content.Special || (rune.IsAscii && Specials.Contains((char)rune.Value, StringComparison.Ordinal)));
        }

        return content;
    }

    internal bool Satisfies(PasswordComplexity complexity) => complexity switch
    {
        PasswordComplexity.None => true,
        PasswordComplexity.LetterAndDigit => Letter && Digit,
        PasswordComplexity.LetterDigitAndSpecial => Letter && Digit && Special,
        PasswordComplexity.DigitUpperAndLower => Digit && Upper && Lower,
        PasswordComplexity.DigitUpperLowerAndSpecial => Digit && Upper && Lower && Special,
        PasswordComplexity.ThreeOfFour => Count(Digit) + Count(Upper) + Count(Lower) + Count(Special) >= 3,
    };

    static int Count(bool present) => present ? 1 : 0;
}
