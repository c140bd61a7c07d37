using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>The switches that hold for everybody of the organization.</summary>
public sealed class OrganizationModel(OrganizationOperations organization, Note note) : PageModel
{
    public OrganizationSight Sight { get; private set; } = null!;

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>The version on which the administrator began.</summary>
    public string SeenVersion { get; private set; } = "";

    public bool TestsFail => Refusal is AdminRefusal.Conflict { Type: "tests-fail" };

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync(
        bool passwordGrantEnabled, bool soapLoginEnabled, bool ssoRequiredByDefault, bool disclosesMissingToken, string? version, bool ignoreTests)
    {
        var call = SetupDoor.Call(HttpContext, "organization.save") with { IfMatch = version };
        Refusal = (await organization.SaveAsync(call, new(passwordGrantEnabled, soapLoginEnabled, ssoRequiredByDefault, disclosesMissingToken, IgnoreTests: ignoreTests))).Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "Saved");
            return LocalRedirect("~/setup/policies/organization");
        }
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        var answer = await organization.GetAsync(SetupDoor.Call(HttpContext, "organization.get"), new());
        (Sight, SeenVersion) = (answer.Value!, answer.Version!);
    }
}
