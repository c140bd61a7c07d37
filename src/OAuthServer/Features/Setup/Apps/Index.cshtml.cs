using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Apps;

/// <summary>What a new app is for; from that come the settings it begins with.</summary>
public enum NewAppKind
{
    /// <summary>People sign in to it with a browser.</summary>
    Web,

    /// <summary>A program that acts by itself.</summary>
    Service,

    /// <summary>A device or command line where nobody can type a password.</summary>
    Device,

    /// <summary>A program that still logs in with a user's password.</summary>
    Password,
}

/// <summary>The organization's connected apps, and the beginning of a new one.</summary>
public sealed class IndexModel(AppOperations operations, BuiltInOperations builtIn, Note note) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Search { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    [BindProperty]
    public string? ClientId { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public NewAppKind Kind { get; set; }

    [BindProperty]
    public string? RedirectUri { get; set; }

    [BindProperty]
    public string? RunAs { get; set; }

    public IReadOnlyList<AppLine> Apps { get; private set; } = [];

    /// <summary>Those the server brings along.</summary>
    public IReadOnlyList<BuiltInAppLine> BuiltIn { get; private set; } = [];

    /// <summary>Where the list goes on.</summary>
    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        var answer = await operations.CreateAsync(SetupDoor.Call(HttpContext, "apps.create"), new(JsonSerializer.SerializeToElement(Beginning())));
        Refusal = answer.Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "Made");
            return LocalRedirect("~/setup/apps/app?id=" + Uri.EscapeDataString(ClientId!));
        }
        await LoadAsync();
        return Page();
    }

    Dictionary<string, object> Beginning()
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["clientId"] = ClientId?.Trim() ?? "",
            ["name"] = Name?.Trim() ?? "",
            ["flows"] = Kind switch
            {
                NewAppKind.Web => ["authorizationCode", "refreshToken"],
                NewAppKind.Service => ["clientCredentials"],
                NewAppKind.Device => ["device", "refreshToken"],
                NewAppKind.Password => (string[])["passwordGrant"],
            },
            ["scopes"] = Kind is NewAppKind.Web or NewAppKind.Device ? (string[])["openid", "api", "offline_access"] : ["api"],
        };
        if (Kind == NewAppKind.Device)
            settings["authMethods"] = new[] { "none" };
        if (!string.IsNullOrWhiteSpace(RedirectUri))
            settings["redirectUris"] = new[] { RedirectUri.Trim() };
        if (!string.IsNullOrWhiteSpace(RunAs))
            settings["runAs"] = RunAs.Trim();
        return settings;
    }

    async Task LoadAsync()
    {
        var page = (await operations.ListAsync(SetupDoor.Call(HttpContext, "apps.list"), new(Search, After: After))).Value!;
        Apps = page.Items;
        BuiltIn = (await builtIn.ListAsync(SetupDoor.Call(HttpContext, "apps.built-in"), new())).Value!.Apps;
        Next = page.Next is { } next
            ? Url.Content("~/setup/apps") + QueryString.Create("search", Search ?? "").Add("after", next)
            : null;
    }
}
