using OAuthServer.Data;
using OAuthServer.Features.Authorize;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>The hub's decision as a table: session, request and consent in, step out.</summary>
public sealed class NextStepTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);

    // session: none, earlier (an hour ago), fresh (signed in after the request came), answered (signed in for this request)
    [Theory]
    [InlineData("none", "", "", "no", "SignIn")]
    [InlineData("none", "none", "", "yes", "login_required")]
    [InlineData("earlier", "", "", "yes", "Issue")]
    [InlineData("earlier", "none", "", "yes", "Issue")]
    [InlineData("earlier", "", "", "no", "Consent")]
    [InlineData("earlier", "none", "", "no", "consent_required")]
    [InlineData("earlier", "login", "", "yes", "SignIn")]
    [InlineData("fresh", "login", "", "yes", "Issue")]
    [InlineData("answered", "login", "", "yes", "Issue")]
    [InlineData("answered", "login", "", "no", "Consent")]
    [InlineData("earlier", "select_account", "", "yes", "SignIn")]
    [InlineData("earlier", "select_account", "chosen", "yes", "Issue")]
    [InlineData("earlier", "login select_account", "chosen", "yes", "SignIn")]
    [InlineData("fresh", "select_account", "", "yes", "Issue")]
    [InlineData("earlier", "", "max_age=3599", "yes", "SignIn")]
    [InlineData("earlier", "", "max_age=3600", "yes", "Issue")]
    [InlineData("earlier", "none", "max_age=3599", "yes", "login_required")]
    [InlineData("earlier", "none", "max_age=0", "yes", "login_required")]
    [InlineData("answered", "", "max_age=0", "yes", "Issue")]
    [InlineData("earlier", "", "hint=me", "yes", "Issue")]
    [InlineData("earlier", "", "hint=other", "yes", "SignIn")]
    [InlineData("same moment", "login", "", "yes", "Issue")]
    [InlineData("earlier", "none", "hint=other", "yes", "login_required")]
    [InlineData("answered", "", "hint=other", "yes", "login_required")]
    [InlineData("earlier", "", "two", "yes", "SignIn")]
    [InlineData("earlier", "none", "two", "yes", "login_required")]
    [InlineData("answered", "", "two", "yes", "unmet_authentication_requirements")]
    [InlineData("strong", "", "two", "yes", "Issue")]
    [InlineData("strong", "", "two", "no", "Consent")]
    public void After(string session, string prompt, string wish, string consented, string expected)
    {
        var request = new AuthorizeRequest
        {
            ReturnTo = null!,
            Scopes = ["openid"],
            Prompts = prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(Prompts.Default, (all, word) => all | PromptOf(word)),
            MaxAge = wish.StartsWith("max_age=", StringComparison.Ordinal) ? TimeSpan.FromSeconds(int.Parse(wish[8..], System.Globalization.CultureInfo.InvariantCulture)) : null,
            HintedUserId = wish.StartsWith("hint=", StringComparison.Ordinal) ? wish[5..] : null,
            WantsTwoFactors = wish == "two",
            Stored = new()
            {
                Id = "request", Handle = "", App = null!, Parameters = AuthorizationParameters.Of(_ => null), CreatedAt = Now.AddMinutes(-5),
                AccountChosenAt = wish == "chosen" ? Now : null,
            },
            CreatedAt = Now.AddMinutes(-5),
        };
        var step = NextStep.After(request, SessionOf(session), consented == "yes", Now);
        Assert.Equal(expected, step is NextStep.Fail fail ? fail.Error.Error : step.GetType().Name);
    }

    /// <summary>A request that is not kept has been answered by no sign-in, and its coming is now.</summary>
    [Fact]
    public void A_session_that_answered_nothing_has_not_answered_a_request_that_is_not_kept()
    {
        var request = new AuthorizeRequest { ReturnTo = null!, Scopes = ["openid"], Prompts = Prompts.Login, CreatedAt = Now };
        var session = SessionOf("earlier")!;
        Assert.Null(session.Session.AnsweredRequestId);
        Assert.IsType<NextStep.SignIn>(NextStep.After(request, session, consented: true, Now));
    }

    static Prompts PromptOf(string word) => word switch
    {
        "none" => Prompts.None,
        "login" => Prompts.Login,
        "select_account" => Prompts.SelectAccount,
        _ => Prompts.Consent,
    };

    static SignedInBrowser? SessionOf(string kind) => kind == "none" ? null : new(
        new BrowserSession
        {
            Id = "sid",
            Hash = "",
            UserId = "me",
            Proven = kind == "strong" ? Proof.Password | Proof.Totp : Proof.Password,
            AnsweredRequestId = kind == "answered" ? "request" : null,
            AuthenticatedAt = kind switch
            {
                "fresh" or "answered" => Now.AddMinutes(-4),
                "same moment" => Now.AddMinutes(-5),
                _ => Now.AddHours(-1),
            },
        },
        new User { Id = "me", OrgId = "", ProfileId = "", Username = "", NormalizedUsername = "", Email = "" },
        null!,
        null!);
}
