using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>The password. The page is the same for every name, whoever has it.</summary>
public sealed class PasswordModel(SignInPages pages, SignInWays ways, SignIns signIns) : PageModel
{
    [BindProperty]
    public string? Password { get; set; }

    /// <summary>As typed, for the person and its password manager.</summary>
    public string Username { get; private set; } = "";

    /// <summary>The provider of the name's domain; for whom is proven already, those that the rules offer.</summary>
    public IReadOnlyList<OfferedProvider> Providers { get; private set; } = [];

    /// <summary>There are providers, and nothing says whose is meant.</summary>
    public bool MayFind { get; private set; }

    /// <summary>Where the sign-in leads.</summary>
    public string? To { get; private set; }

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is null ? SignInPages.ToTheBeginning(this) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not { } at)
            return SignInPages.ToTheBeginning(this);
        return string.IsNullOrEmpty(Password)
            ? pages.Wrong(this, nameof(Password), "PasswordMissing")
            : pages.Answer(this, await signIns.PasswordAsync(HttpContext, at, Password), nameof(Password), "CouldNotSignIn");
    }

    async Task<SignInUnderWay?> FindAsync()
    {
        var at = await pages.FindAsync(this);
        Username = at?.Row.Username ?? "";
        if (Username.Length == 0 || at is null)
            return null;
        await OfferAsync(at);
        return at;
    }

    async Task OfferAsync(SignInUnderWay at)
    {
        var (handle, to) = (at.Target.RequestHandle, at.Target.To);
        To = to;
        var request = await pages.DressAsync(this, handle, at.User?.OrgId);
        if (at.User is { } user && at.IsAsked(ChallengeKind.Sso))
            Providers = await ways.OfferAsync(HttpContext, user.OrgId, handle, to, Username);
        else if (await ways.OfNameAsync(Username, request) is { } provider)
            Providers = [new(provider, SsoPaths.Start(provider, handle, to, Username), IsLastUsed: false)];
        MayFind = request is null && Providers.Count == 0 && await ways.AreThereAnyAsync();
    }
}
