using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Device;

/// <summary>
/// Where a person connects a device (RFC 8628 section 3.3): types the code it shows, sees which app asks and for what, and says yes or no.
/// A code is bound to nothing before that, also when it came with the address (section 3.3.1): a link that somebody sent approves nothing.
/// </summary>
public sealed class ConnectModel(
    BrowserSessions sessions, DeviceAuthorizations devices, DeviceApprovals approvals, DeviceLimits limits, AppDirectory apps, ScopeWords words,
    RequestOrigins origins, IStringLocalizer<DeviceTexts> texts, TimeProvider clock) : PageModel
{
    /// <summary>As typed, or from the address.</summary>
    [BindProperty(Name = "user_code", SupportsGet = true)]
    public string? UserCode { get; set; }

    public SignedInBrowser Me { get; private set; } = null!;

    /// <summary>The device that waits for an answer; null while a code is asked for.</summary>
    public WaitingDevice? Waiting { get; private set; }

    public AppEntry? App { get; private set; }

    /// <summary>What it asks, in words.</summary>
    public IReadOnlyList<string> Asks { get; private set; } = [];

    public int MinutesAgo { get; private set; }

    /// <summary>Approved or denied by this very request; null while nothing is decided.</summary>
    public bool? IsApproved { get; private set; }

    /// <summary>Why it was not approved.</summary>
    public Refusal? Refused { get; private set; }

    /// <summary>A sign-in that shows more would do.</summary>
    public bool MustSignInAgain { get; private set; }

    /// <summary>The code as it is shown at the device.</summary>
    public string ShownCode => UserCodes.Display(UserCodes.Normalize(UserCode)!);

    public async Task<IActionResult> OnGetAsync()
    {
        if (await SignInFirstAsync() is { } elsewhere)
            return elsewhere;
        return UserCode is null ? Page() : await FindAsync() ?? Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await SignInFirstAsync() is { } elsewhere)
            return elsewhere;
        return await FindAsync() ?? Page();
    }

    public async Task<IActionResult> OnPostDenyAsync() => await DecideAsync(async device =>
    {
        if (device.ApprovedBy is not null || !await devices.DenyAsync(device, Me.User.Id))
            return Unknown();
        IsApproved = false;
        return Page();
    });

    public async Task<IActionResult> OnPostApproveAsync() => await DecideAsync(async device =>
    {
        switch (await approvals.ApproveAsync(HttpContext, Me, App!, device))
        {
            case LoginOutcome.SignedIn:
                IsApproved = true;
                return Page();
            case LoginOutcome.Refused refused:
                Refused = new(texts["RefusedTitle"], Sentence(refused), texts["RefusedWhatToDo"], refused.Reference);
                return Page();
            case LoginOutcome.Challenged challenged:
                MustSignInAgain = true;
                Refused = new(texts["RefusedTitle"], texts["SignInAgain"], texts["SignInAgainWhatToDo"], challenged.Reference);
                return Page();
            case LoginOutcome.TooMany many:
                return TooMany(many.RetryAfterSeconds);
            default:
                return Unknown();
        }
    });

    async Task<IActionResult> DecideAsync(Func<WaitingDevice, Task<IActionResult>> decide)
    {
        if (await SignInFirstAsync() is { } elsewhere)
            return elsewhere;
        return await FindAsync() ?? (Waiting is { } device ? await decide(device) : Page());
    }

    async Task<IActionResult?> SignInFirstAsync()
    {
        if (await sessions.CurrentAsync(HttpContext) is not { } browser)
        {
            var to = UserCodes.Normalize(UserCode) is { } code ? $"{Routes.Device}?user_code={code}" : Routes.Device;
            return LocalRedirect($"~{Routes.SignIn}?to={Uri.EscapeDataString(to)}");
        }
        Me = browser;
        OrganizationLook.Show(HttpContext, browser.Org.Org);
        return null;
    }

    /// <summary>Looks the code up, which is a guess until it is found. A code of another organization's app is none.</summary>
    async Task<IActionResult?> FindAsync()
    {
        var from = origins.Of(HttpContext).Address;
        if (limits.TakeGuess(from, Me.User.Id) is > 0 and var seconds)
            return TooMany(seconds);
        if (UserCodes.Normalize(UserCode) is not { } code || await devices.FindAsync(code) is not { } device
            || await apps.FindByIdAsync(device.AppId) is not { App.IsActive: true } app || !app.IsOf(Me.User.OrgId)
            || device.ApprovedBy is { } other && other != Me.User.Id)
            return Unknown();
        limits.GiveBack(from, Me.User.Id);
        (Waiting, App, Asks) = (device, app, words.Of(device.Scope));
        MinutesAgo = (int)(clock.GetUtcNow() - device.AskedAt).TotalMinutes;
        if (device.ApprovedBy is not null)
            IsApproved = true; // a second click, a page loaded again
        return device.ApprovedBy is null ? null : Page();
    }

    PageResult Unknown()
    {
        Waiting = null;
        ModelState.AddModelError("user_code", texts["UnknownCode"]);
        return Page();
    }

    IActionResult TooMany(int seconds)
    {
        Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return RefusalPage.Result(StatusCodes.Status429TooManyRequests, new(texts["TooManyTitle"], texts["TooMany"], texts["TooManyWhatToDo", (seconds + 59) / 60]));
    }

    /// <summary>The person is signed in, and so has proven enough to be told about hours, networks and this app.</summary>
    string Sentence(LoginOutcome.Refused refused) => refused.Reason switch
    {
        DenyReason.OutsideLoginHours => texts["OutsideLoginHours"],
        DenyReason.OutsideLoginRanges => texts["OutsideLoginRanges"],
        DenyReason.AppNotApprovedForUser => texts["AppNotApprovedForUser"],
        DenyReason.ChannelClosedByProfile => texts["ChannelClosedByProfile"],
        _ => texts["Refused"],
    };
}
