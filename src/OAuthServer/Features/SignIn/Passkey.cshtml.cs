using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.SignIn;

/// <summary>
/// A passkey: as a second factor on its own page, or in the password's place from the pages before. The browser's script asks for
/// options, and posts what the authenticator answered.
/// </summary>
public sealed class PasskeyModel(SignInPages pages, PendingSignIns pending, SignIns signIns) : PageModel
{
    /// <summary>What the authenticator answered, as JSON.</summary>
    [BindProperty]
    public string? Credential { get; set; }

    [BindProperty(Name = "request")]
    public string? Handle { get; set; }

    [BindProperty]
    public string? To { get; set; }

    /// <summary>The sign-in this is a step of; null when the passkey is to say who the person is.</summary>
    public SignInUnderWay? At { get; private set; }

    public async Task<IActionResult> OnGetAsync() =>
        (At = await pages.FindAsync(this)) is null ? SignInPages.ToTheBeginning(this) : Page();

    /// <summary>The options of a ceremony that begins now. The page before names no user: then a sign-in begins with it.</summary>
    public async Task<IActionResult> OnPostOptionsAsync()
    {
        var isFirst = Request.Form.ContainsKey("to");
        var at = isFirst ? null : await pages.FindAsync(this);
        if (isFirst && Handle is not null && await pages.DressAsync(this, Handle) is null)
            return BadRequest();
        if (at is null && isFirst)
            at = await pending.BeginAsync(HttpContext, "", new(Handle, LocalPath.Of(To)));
        return at is null ? BadRequest() : Content(await signIns.BeginPasskeyAsync(at), "application/json");
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if ((At = await pages.FindAsync(this)) is not { } at)
            return SignInPages.ToTheBeginning(this);
        return pages.Answer(this, await signIns.PasskeyAsync(HttpContext, at, Credential ?? ""), nameof(Credential), "PasskeyDidNotWork");
    }
}
