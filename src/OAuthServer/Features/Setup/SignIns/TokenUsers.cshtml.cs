using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.SignIns;

namespace OAuthServer.Features.Setup.SignIns;

/// <summary>Who uses a security token, also where none is asked for.</summary>
public sealed class TokenUsersModel(SignInOperations signIns) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Days { get; set; } = 30;

    public IReadOnlyList<TokenUser> Users { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Days = Math.Clamp(Days, 1, 365);
        Users = (await signIns.TokenUsersAsync(SetupDoor.Call(HttpContext, "sign-ins.token-users"), new(Days))).Value!.Items;
    }
}
