using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.People;

/// <summary>A second look before something stops: what it will stop, and the button.</summary>
public sealed class ConfirmModel(
    UserOperations users, UserStatusOperations statuses, UserCredentialOperations credentials, UserImpacts impacts, Note note) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Name { get; set; }

    [BindProperty(SupportsGet = true)]
    public StepKind? Step { get; set; }

    /// <summary>Of a password: demand a change instead of mailing a link.</summary>
    [BindProperty]
    public bool Demand { get; set; }

    /// <summary>Of a token: how long the old one works on.</summary>
    [BindProperty]
    public int OverlapDays { get; set; }

    /// <summary>Of factors: which.</summary>
    [BindProperty]
    public FactorKind Kind { get; set; }

    public UserSight Sight { get; private set; } = null!;

    /// <summary>What it will stop.</summary>
    public UserImpact? Impact { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>The operation by its name.</summary>
    public string Operation => Step switch
    {
        StepKind.Freeze => "users.freeze",
        StepKind.Deactivate => "users.deactivate",
        StepKind.ResetPassword => "users.reset-password",
        StepKind.ResetToken => "users.reset-token",
        StepKind.RemoveFactors => "users.remove-factors",
        _ => "users.end-sessions",
    };

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        if (Step is not { } step || !ModelState.IsValid)
            return await OnGetAsync();
        var (call, name) = (SetupDoor.Call(HttpContext, Operation), Name ?? "");
        var answer = await (step switch
        {
            StepKind.Freeze => statuses.FreezeAsync(call, new(name)),
            StepKind.Deactivate => statuses.DeactivateAsync(call, new(name)),
            StepKind.ResetPassword => credentials.ResetPasswordAsync(call, new(name, Demand)),
            StepKind.ResetToken => credentials.ResetTokenAsync(call, new(name, OverlapDays)),
            StepKind.RemoveFactors => credentials.RemoveFactorsAsync(call, new(name, Kind)),
            StepKind.EndSessions => statuses.EndSessionsAsync(call, new(name)),
        });
        if (answer.Refusal is null)
        {
            note.Leave(HttpContext, step.ToString());
            return LocalRedirect(UserModel.AddressOf(name));
        }
        Refusal = answer.Refusal;
        return await OnGetAsync();
    }

    async Task<bool> LoadAsync()
    {
        if (Step is not { } step || (await users.GetAsync(SetupDoor.Call(HttpContext, "users.get"), new(Name ?? ""))).Value is not { } sight)
            return false;
        Sight = sight;
        var ahead = step switch
        {
            StepKind.Freeze => UserStep.Freeze,
            StepKind.Deactivate => UserStep.Deactivate,
            StepKind.ResetPassword => UserStep.ResetPassword,
            StepKind.ResetToken => UserStep.ResetToken,
            StepKind.RemoveFactors => UserStep.RemoveFactors,
            StepKind.EndSessions => UserStep.EndSessions,
        };
        Impact = (await impacts.ReadAsync(SetupDoor.Call(HttpContext, "users.impact"), new(sight.Username, ahead))).Value;
        return true;
    }
}
