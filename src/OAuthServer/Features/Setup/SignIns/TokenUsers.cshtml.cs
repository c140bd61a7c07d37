using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.SignIns;

namespace OAuthServer.Features.Setup.SignIns;

/// <summary>Who uses a security token, also where none is asked for.</summary>
public sealed class TokenUsersModel(TokenUserOperations tokenUsers) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Days { get; set; } = 30;

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<TokenUser> Users { get; private set; } = [];

    public string? Next { get; private set; }

    public async Task OnGetAsync()
    {
        Days = Math.Clamp(Days, 1, 365);
        var page = (await tokenUsers.ListAsync(SetupDoor.Call(HttpContext, "sign-ins.token-users"), new(Days, After: string.IsNullOrEmpty(After) ? null : After))).Value!;
        (Users, Next) = (page.Items, PageAddress.Next(this, page.Next));
    }
}
