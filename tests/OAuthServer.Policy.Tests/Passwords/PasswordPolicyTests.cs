using OAuthServer.Policy.Passwords;

namespace OAuthServer.Policy.Tests.Passwords;

public class PasswordPolicyTests
{
    static readonly PasswordPolicy Loose = PasswordPolicy.Default with { MinLength = 5, Complexity = PasswordComplexity.None };

    [Theory]
    [InlineData(PasswordComplexity.None, "     ", true)]
    [InlineData(PasswordComplexity.LetterAndDigit, "abcdef", false)]
    [InlineData(PasswordComplexity.LetterAndDigit, "123456", false)]
    [InlineData(PasswordComplexity.LetterAndDigit, "abcde1", true)]
    [InlineData(PasswordComplexity.LetterAndDigit, "пароль1", true)]
    [InlineData(PasswordComplexity.LetterAndDigit, "密码密码密1", true)]
    [InlineData(PasswordComplexity.LetterAndDigit, "abcde\u0663", true)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "12345!", false)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcde!", false)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcde1", false)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcd1!", true)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcd1?", false)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcd1 §@&*()", false)]
    [InlineData(PasswordComplexity.LetterDigitAndSpecial, "abcd1\u0121", false)]
    [InlineData(PasswordComplexity.DigitUpperAndLower, "abcDEF", false)]
    [InlineData(PasswordComplexity.DigitUpperAndLower, "abc123", false)]
    [InlineData(PasswordComplexity.DigitUpperAndLower, "ABC123", false)]
    [InlineData(PasswordComplexity.DigitUpperAndLower, "abC123", true)]
    [InlineData(PasswordComplexity.DigitUpperAndLower, "жЖ1111", true)]
    [InlineData(PasswordComplexity.DigitUpperLowerAndSpecial, "abCDE!", false)]
    [InlineData(PasswordComplexity.DigitUpperLowerAndSpecial, "abc12!", false)]
    [InlineData(PasswordComplexity.DigitUpperLowerAndSpecial, "ABC12!", false)]
    [InlineData(PasswordComplexity.DigitUpperLowerAndSpecial, "abC123", false)]
    [InlineData(PasswordComplexity.DigitUpperLowerAndSpecial, "abC12!", true)]
    [InlineData(PasswordComplexity.ThreeOfFour, "abcABC", false)]
    [InlineData(PasswordComplexity.ThreeOfFour, "123!!!", false)]
    [InlineData(PasswordComplexity.ThreeOfFour, "abC123", true)]
    [InlineData(PasswordComplexity.ThreeOfFour, "abC!!!", true)]
    [InlineData(PasswordComplexity.ThreeOfFour, "abc12!", true)]
    [InlineData(PasswordComplexity.ThreeOfFour, "ABC12!", true)]
    public void Complexity_asks_for_kinds_of_characters(PasswordComplexity complexity, string password, bool holds) => Assert.Equal(
        holds ? [] : [PasswordFlaw.NotComplexEnough],
        (Loose with { Complexity = complexity }).Judge(password, "ada@example.com", isKnownBreached: false));

    [Fact]
    public void Vendors_special_characters_count_and_no_others()
    {
        var policy = Loose with { Complexity = PasswordComplexity.LetterDigitAndSpecial };
        for (var c = ' '; c <= '~'; c++)
        {
            var isSpecial = "!#$%-_=+<>".Contains(c, StringComparison.Ordinal);
            Assert.Equal(isSpecial, policy.Judge($"abcd1{c}", "ada@example.com", isKnownBreached: false).Count == 0);
        }
    }

    [Theory]
    [InlineData("1234", true)]
    [InlineData("12345", false)]
    [InlineData("😀😀😀😀", true)]
    [InlineData("😀😀😀😀😀", false)]
    public void Length_is_counted_in_characters(string password, bool tooShort) =>
        Assert.Equal(tooShort ? [PasswordFlaw.TooShort] : [], Loose.Judge(password, "ada@example.com", isKnownBreached: false));

    [Fact]
    public void Password_beyond_the_byte_limit_is_not_looked_at()
    {
        Assert.Empty(Loose.Judge(new string('x', PasswordPolicy.MaxBytes), "ada@example.com", isKnownBreached: false));
        Assert.Equal([PasswordFlaw.TooLong], Loose.Judge(new string('x', PasswordPolicy.MaxBytes + 1), "xxx", isKnownBreached: true));
        Assert.Equal([PasswordFlaw.TooLong], Loose.Judge(new string('ä', 8_001), "ada@example.com", isKnownBreached: false));
    }

    [Theory]
    [InlineData("xx-Ada-xx", "ada@example.com", true)]
    [InlineData("xx-ada-xx", "ADA", true)]
    [InlineData("xx-example-xx", "ada@example.com", false)]
    [InlineData("xx-al-xx", "al@example.com", false)]
    [InlineData("xx-al-xx", "", false)]
    public void Username_before_the_at_sign_may_not_be_in_it(string password, string username, bool contained) =>
        Assert.Equal(contained ? [PasswordFlaw.ContainsUsername] : [], Loose.Judge(password, username, isKnownBreached: false));

    [Fact]
    public void Breached_password_is_refused_where_the_profile_asks_the_list()
    {
        Assert.Equal([PasswordFlaw.Breached], Loose.Judge("password1", "ada@example.com", isKnownBreached: true));
        Assert.Empty((Loose with { BreachedListCheck = false }).Judge("password1", "ada@example.com", isKnownBreached: true));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once() => Assert.Equal(
        [PasswordFlaw.TooShort, PasswordFlaw.NotComplexEnough, PasswordFlaw.ContainsUsername, PasswordFlaw.Breached],
        PasswordPolicy.Default.Judge("ada", "ada@example.com", isKnownBreached: true));

    [Theory]
    [InlineData(90, 89, false)]
    [InlineData(90, 90, true)]
    [InlineData(0, 10_000, false)]
    [InlineData(30, -1, false)]
    public void Password_expires_after_its_days(int expiresAfterDays, int age, bool expired) => Assert.Equal(
        expired,
        (Loose with { ExpiresAfterDays = expiresAfterDays }).IsExpired(Logins.Noon.AddDays(-age), Logins.Noon));
}
