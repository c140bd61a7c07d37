using OAuthServer.Policy.Passwords;

namespace OAuthServer.Features.Shared;

/// <summary>What became of a password that was sent to the API, for whichever face of it.</summary>
abstract record ApiPasswordAnswer
{
    private ApiPasswordAnswer() { }

    /// <summary>It holds.</summary>
    /// <param name="Generated">What was made up; null where one was sent.</param>
    internal sealed record Done(string? Generated) : ApiPasswordAnswer
    {
        /// <summary>Without the password, which must not reach a log.</summary>
        public override string ToString() => nameof(Done);
    }

    /// <summary>What was sent is no user's id.</summary>
    internal sealed record NoId : ApiPasswordAnswer;

    /// <summary>The caller's organization has no such user.</summary>
    internal sealed record NoSuchUser : ApiPasswordAnswer;

    /// <summary>The caller may not; why, and what to do instead.</summary>
    internal sealed record NotPermitted(string Why) : ApiPasswordAnswer;

    /// <summary>The organization does not want passwords to be set that way.</summary>
    internal sealed record SwitchedOff : ApiPasswordAnswer;

    /// <summary>The account is not in use, or no door takes a password from it.</summary>
    internal sealed record NoUse : ApiPasswordAnswer;

    /// <summary>The new password will not do.</summary>
    /// <param name="Flaws">What is wrong with it.</param>
    /// <param name="Policy">Says what would be right.</param>
    internal sealed record Refused(IReadOnlyList<PasswordFlaw> Flaws, PasswordPolicy Policy) : ApiPasswordAnswer;

    /// <summary>The old password was wrong: a failed attempt.</summary>
    internal sealed record WrongOldPassword : ApiPasswordAnswer;

    /// <summary>Too many failed attempts; nothing was looked at.</summary>
    internal sealed record Locked : ApiPasswordAnswer;

    /// <summary>Too much to do at once, or another change got there first.</summary>
    internal sealed record Busy : ApiPasswordAnswer;
}
