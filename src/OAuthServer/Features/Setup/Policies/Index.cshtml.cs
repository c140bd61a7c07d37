using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>The policies of the organization at one look: what is on trial, profiles, networks, tests.</summary>
public sealed class IndexModel(ProfileOperations profiles, NetworkOperations networks, PolicyTestOperations tests, Trials trials, Note note) : PageModel
{
    public IReadOnlyList<TrialSight> Trials { get; private set; } = [];

    public IReadOnlyList<ProfileLine> Profiles { get; private set; } = [];

    public IReadOnlyList<(NetworkRange Network, string? Warning)> Networks { get; private set; } = [];

    public PolicyTestCounts Tests { get; private set; } = new(0, 0);

    public AdminRefusal? Refusal { get; private set; }

    public string? Next { get; private set; }

    public async Task OnGetAsync(string? after = null)
    {
        Trials = (await trials.ListAsync(SetupDoor.Call(HttpContext, "trials.list"), new())).Value!.Items;
        var page = (await profiles.ListAsync(SetupDoor.Call(HttpContext, "profiles.list"), new(After: after))).Value!;
        Profiles = page.Items;
        Next = PageAddress.Next(this, page.Next);
        Networks = await networks.BareAsync(SetupDoor.Call(HttpContext, "networks.list"));
        Tests = (await tests.CountAsync(SetupDoor.Call(HttpContext, "policy-tests.count"), new())).Value!;
    }

    public async Task<IActionResult> OnPostCreateAsync(string? name, string? copyOf)
    {
        var answer = await profiles.CreateAsync(SetupDoor.Call(HttpContext, "profiles.create"), new(name ?? "", CopyOf: string.IsNullOrEmpty(copyOf) ? null : copyOf));
        return answer.Value is { } made && answer.Refusal is null ? Done("Created", $"~/setup/policies/profile{QueryString.Create("name", made.Name)}") : await ShowAsync(answer.Refusal);
    }

    public async Task<IActionResult> OnPostConfirmAsync(string? trial) =>
        (await trials.ConfirmAsync(SetupDoor.Call(HttpContext, "trials.confirm"), new(trial ?? ""))).Refusal is { } refusal ? await ShowAsync(refusal) : Done("Confirmed", "~/setup/policies");

    public async Task<IActionResult> OnPostRevertAsync(string? trial) =>
        (await trials.RevertAsync(SetupDoor.Call(HttpContext, "trials.revert"), new(trial ?? ""))).Refusal is { } refusal ? await ShowAsync(refusal) : Done("Reverted", "~/setup/policies");

    LocalRedirectResult Done(string key, string to)
    {
        note.Leave(HttpContext, key);
        return LocalRedirect(to);
    }

    async Task<IActionResult> ShowAsync(AdminRefusal? refusal)
    {
        if (refusal is AdminRefusal.NotFound)
            return NotFound();
        Refusal = refusal;
        await OnGetAsync();
        return Page();
    }
}
