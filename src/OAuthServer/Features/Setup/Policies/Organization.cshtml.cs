using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>The switches that hold for everybody of the organization.</summary>
public sealed class OrganizationModel(OrganizationOperations organization, Note note) : PageModel
{
    public OrganizationSight Sight { get; private set; } = null!;

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>The version on which the administrator began.</summary>
    public string SeenVersion { get; private set; } = "";

    /// <summary>What was switched and is not saved yet.</summary>
    public OrganizationSwitches? Wanted { get; private set; }

    /// <summary>What saving that would change, stop and run into.</summary>
    public PolicyPreview? Preview { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task OnPostReviewAsync(bool passwordGrantEnabled, bool soapLoginEnabled, bool ssoRequiredByDefault, bool disclosesMissingToken, string[] builtInApps, string? version)
    {
        Wanted = new(passwordGrantEnabled, soapLoginEnabled, ssoRequiredByDefault, disclosesMissingToken) { BuiltInApps = builtInApps };
        await ReviewAsync(version);
    }

    public async Task<IActionResult> OnPostAsync(
        bool passwordGrantEnabled, bool soapLoginEnabled, bool ssoRequiredByDefault, bool disclosesMissingToken, string[] builtInApps, string? version, bool ignoreTests)
    {
        var call = SetupDoor.Call(HttpContext, "organization.save") with { IfMatch = version };
        Refusal = (await organization.SaveAsync(call, new(passwordGrantEnabled, soapLoginEnabled, ssoRequiredByDefault, disclosesMissingToken, builtInApps, IgnoreTests: ignoreTests))).Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "Saved");
            return LocalRedirect("~/setup/policies/organization");
        }
        Wanted = new(passwordGrantEnabled, soapLoginEnabled, ssoRequiredByDefault, disclosesMissingToken) { BuiltInApps = builtInApps };
        await ReviewAsync(version);
        return Page();
    }

    async Task ReviewAsync(string? version)
    {
        var (call, wanted) = (SetupDoor.Call(HttpContext, "organization.preview"), Wanted!);
        Preview = (await organization.PreviewAsync(call, new(wanted.PasswordGrantEnabled, wanted.SoapLoginEnabled, wanted.SsoRequiredByDefault, wanted.DisclosesMissingToken, wanted.BuiltInApps))).Value;
        await LoadAsync();
        SeenVersion = version ?? SeenVersion;
    }

    async Task LoadAsync()
    {
        var answer = await organization.GetAsync(SetupDoor.Call(HttpContext, "organization.get"), new());
        (Sight, SeenVersion) = (answer.Value!, answer.Version!);
    }
}
