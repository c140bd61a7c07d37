using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>Whether the server's own pages open to the browser that asks.</summary>
public abstract record PageAdmission
{
    private PageAdmission() { }

    /// <summary>They do.</summary>
    public sealed record Admitted(SignedInBrowser Browser) : PageAdmission;

    /// <summary>Nobody is signed in, or one thing more is asked for: go to the sign-in pages, and come back.</summary>
    public sealed record SignInFirst : PageAdmission;

    /// <summary>This user may not.</summary>
    public sealed record Refused(LoginOutcome.Refused Outcome) : PageAdmission;

    /// <summary>Not looked at: too many refusals from there.</summary>
    public sealed record TooMany(int RetryAfterSeconds) : PageAdmission;
}

/// <summary>
/// Opens the server's own pages. A session that began for an app was judged as that app's: it is judged once more, as a browser's,
/// before a page of the server's own opens to it.
/// </summary>
public sealed class PageSignIn(LoginGate gate, BrowserSessions sessions, KnownDevices devices, Database database, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>Who is at this browser, as far as the server's own pages go.</summary>
    public async Task<PageAdmission> AdmitAsync(HttpContext context)
    {
        if (await sessions.CurrentAsync(context) is not { } browser)
            return new PageAdmission.SignInFirst();
        if (browser.Session.Channel == LoginChannel.Browser)
            return new PageAdmission.Admitted(browser);
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = LoginChannel.Browser,
                Request = RequestContext.Of(context, origins, clock),
                Subject = new LoginSubject.Known(browser.User.Id),
                Credentials = new LoginCredentials.Verified(Evidence.Of(browser.Session.Proven)),
                ProvesAnew = false,
                Device = await devices.FactsAsync(context, browser.User.Id),
            },
            context.RequestAborted);
        switch (outcome)
        {
            case LoginOutcome.SignedIn:
                await using (var db = database.NewContext())
                    await db.BrowserSessions.Where(s => s.Id == browser.Session.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Channel, LoginChannel.Browser));
                browser.Session.Channel = LoginChannel.Browser;
                return new PageAdmission.Admitted(browser);
            case LoginOutcome.Refused refused:
                return new PageAdmission.Refused(refused);
            case LoginOutcome.TooMany many:
                return new PageAdmission.TooMany(many.RetryAfterSeconds);
            default:
                return new PageAdmission.SignInFirst();
        }
    }
}
