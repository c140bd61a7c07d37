using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.SignIns;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup.SignIns;

/// <summary>Live and past sign-ins, looked for in every way there is.</summary>
public sealed class IndexModel(SignInOperations signIns, HistoryOperations history) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public new string? User { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? App { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Network { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Address { get; set; }

    [BindProperty(SupportsGet = true)]
    public LoginChannel? Channel { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Decision { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Rule { get; set; }

    [BindProperty(SupportsGet = true)]
    public TokenUse? Token { get; set; }

    /// <summary>A day, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public DateOnly? From { get; set; }

    /// <summary>The last day, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public DateOnly? Until { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    /// <summary>The page looks again by itself.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Live { get; set; }

    /// <summary>The reference that was looked for and that no sign-in here has; null when none was.</summary>
    public string? Reference { get; private set; }

    public IReadOnlyList<SignInLine> SignIns { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public string? Next { get; private set; }

    public bool IsFiltered => Filter with { After = null, Limit = null } != new SignInFilter();

    /// <summary>The rules by which something can be decided.</summary>
    public static IEnumerable<string> Rules => LoginPolicy.Rules.Select(rule => rule.Name);

    public async Task OnGetAsync()
    {
        var answer = await signIns.ListAsync(SetupDoor.Call(HttpContext, "sign-ins.list"), Filter);
        Refusal = answer.Refusal;
        if (answer.Value is not { } page)
            return;
        SignIns = page.Items;
        Next = PageAddress.Next(this, page.Next);
        // No script: the browser is told to come again.
        if (Live && After is null)
            Response.Headers["Refresh"] = "5";
    }

    /// <summary>Goes to the sign-in that a reference names, or says that none is there.</summary>
    public async Task<IActionResult> OnGetLookUpAsync(string? reference)
    {
        Reference = reference?.Trim();
        if (string.IsNullOrEmpty(Reference))
            return LocalRedirect("~/setup/sign-ins");
        if ((await signIns.ExplainAsync(SetupDoor.Call(HttpContext, "sign-ins.explain"), new(Reference))).Value is { } sight)
            return LocalRedirect("~/setup/sign-ins/" + sight.SignIn.Reference);
        await OnGetAsync();
        return Page();
    }

    public async Task<IActionResult> OnGetCsvAsync() =>
        (await signIns.ExportAsync(SetupDoor.Call(HttpContext, "sign-ins.export"), Filter with { After = null })).Value is { } file ? new AdminFileResult(file) : NotFound();

    public async Task<IActionResult> OnGetHistoryAsync() =>
        (await history.ExportAsync(SetupDoor.Call(HttpContext, "sign-ins.history"), Filter with { After = null })).Value is { } file ? new AdminFileResult(file) : NotFound();

    /// <summary>This page with one part of its query changed; null takes it away.</summary>
    public string AddressOf((string Key, string? Value) change) => PageAddress.With(this, change.Key, change.Value);

    SignInFilter Filter => new(
        Text(User), Text(App), Text(Network), Text(Address), Channel, Text(Decision), Text(Rule), Token, Day(From), Day(Until?.AddDays(1)), After: Text(After));

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    static DateTimeOffset? Day(DateOnly? day) => day is { } date ? new(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
