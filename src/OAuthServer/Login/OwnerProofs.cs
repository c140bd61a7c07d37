using OAuthServer.Accounts;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>Whether the person at a signed-in browser has just proven once more to own the account.</summary>
public enum OwnerProof
{
    /// <summary>The change may be made.</summary>
    Holds,

    /// <summary>The current password is wanted and was not typed.</summary>
    PasswordWanted,

    /// <summary>It was typed, and wrong: a failed attempt.</summary>
    WrongPassword,

    /// <summary>Too many failed attempts; nothing was looked at.</summary>
    Locked,

    /// <summary>Too much to do at once; nothing was looked at.</summary>
    Busy,

    /// <summary>The account has no password to ask for: the person signs in once more instead.</summary>
    SignInAgain,

    /// <summary>A second factor is enrolled, and the sign-in did not use one just now: the person steps up.</summary>
    FactorWanted,
}

/// <summary>
/// Asks for the owner once more before a change that a stranger at an open browser must not make (ASVS 5.0 section 7.5.1): by the current
/// password, or by a sign-in of the last ten minutes, with a second factor where one is enrolled. Wrong passwords count as failed
/// sign-ins do. Factors themselves are changed with a factor, once there is one: whoever merely has the password takes none away.
/// </summary>
public sealed class OwnerProofs(GuessCounter guesses, Passwords passwords, UserAccounts accounts, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>How long a sign-in spares the question.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    internal const Proof SecondFactors = Proof.Totp | Proof.Passkey | Proof.RecoveryCode;

    /// <summary>True when there is a password to ask for. One that opens no door, because single sign-on is required, proves nothing.</summary>
    public static bool HasPassword(SignedInBrowser browser) =>
        browser.User.PasswordHash is not null && MailedLinks.HasUseForPassword(browser.Profile, browser.User);

    /// <summary>True when this browser's sign-in is fresh and strong enough to spare the question.</summary>
    public async Task<bool> IsFreshAsync(SignedInBrowser browser)
    {
        if (clock.GetUtcNow() - browser.Session.AuthenticatedAt > Fresh)
            return false;
        var enrolled = (await accounts.FindByIdAsync(browser.User.Id))?.Enrolled ?? Proof.None;
        return enrolled == Proof.None || (browser.Session.Proven & SecondFactors) != Proof.None;
    }

    /// <summary>
    /// True when a second factor is enrolled that counts for the profile, and this browser's sign-in did not show one within this time: no
    /// factor is changed then, whatever is typed.
    /// </summary>
    public async Task<bool> WantsFactorAsync(SignedInBrowser browser, TimeSpan within) =>
        ((await accounts.FindByIdAsync(browser.User.Id))?.Enrolled & browser.Profile.SecondFactorKinds) is not (null or Proof.None)
        && ((browser.Session.Proven & SecondFactors) == Proof.None || clock.GetUtcNow() - browser.Session.AuthenticatedAt > within);

    /// <summary>Looks at what was typed, as <see cref="CheckAsync"/> does, before a change of a factor.</summary>
    public async Task<OwnerProof> CheckForFactorAsync(HttpContext context, SignedInBrowser browser, string? password) =>
        await WantsFactorAsync(browser, Fresh) ? OwnerProof.FactorWanted : await CheckAsync(context, browser, password);

    /// <summary>Looks at what was typed, unless the sign-in is fresh.</summary>
    public async Task<OwnerProof> CheckAsync(HttpContext context, SignedInBrowser browser, string? password)
    {
        if (await IsFreshAsync(browser))
            return OwnerProof.Holds;
        if (!HasPassword(browser))
            return OwnerProof.SignInAgain;
        if (string.IsNullOrEmpty(password))
            return OwnerProof.PasswordWanted;
        try
        {
            return await CountedAsync(context, browser, async () => (object)await passwords.IsCurrentAsync(browser.User, password), right => right is false) switch
            {
                null => OwnerProof.Locked,
                true => OwnerProof.Holds,
                _ => OwnerProof.WrongPassword,
            };
        }
        catch (HashingBusyException)
        {
            return OwnerProof.Busy;
        }
    }

    /// <summary>Makes an attempt that lets somebody guess, unless the account is locked; null then.</summary>
    /// <param name="context">The request: guesses from trusted origins are counted apart.</param>
    /// <param name="browser">Whose secret is guessed.</param>
    /// <param name="attempt">Checks the guess and, when it is right, does what was asked.</param>
    /// <param name="isWrong">Whether the outcome is that of a wrong guess.</param>
    public Task<T?> CountedAsync<T>(HttpContext context, SignedInBrowser browser, Func<Task<T>> attempt, Func<T, bool> isWrong)
        where T : class => guesses.CountedAsync(
            browser.User.Id, browser.Profile, LoginFacts.IsTrustedOrigin(browser.Org.Facts, browser.Profile, origins.Of(context).Address), attempt, isWrong);
}
