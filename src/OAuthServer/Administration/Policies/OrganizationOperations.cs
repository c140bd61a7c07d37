using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>What decides logins of the whole organization.</summary>
/// <param name="Name">The organization's.</param>
/// <param name="Switches">As they are.</param>
/// <param name="Trial">Their last change, while that reverts unless it is confirmed.</param>
public sealed record OrganizationSight(string Name, OrganizationSwitches Switches, TrialSight? Trial);

/// <summary>Switches as they should be; what is left out stays as it is.</summary>
/// <param name="PasswordGrantEnabled">The password grant, for everybody whose profile opens it.</param>
/// <param name="SoapLoginEnabled">SOAP login, for everybody whose profile opens it.</param>
/// <param name="SsoRequiredByDefault">Profiles that say nothing about single sign-on require it.</param>
/// <param name="DisclosesMissingToken">A caller whose password is right is told that only the security token is missing.</param>
/// <param name="BuiltInApps">The apps that the server brings along and the organization's users may use, by client identifier.</param>
/// <param name="TrialMinutes">Revert after so long unless confirmed; ten unless told.</param>
/// <param name="IgnoreTests">Also when policy tests fail.</param>
public sealed record SaveOrganization(
    bool? PasswordGrantEnabled = null, bool? SoapLoginEnabled = null, bool? SsoRequiredByDefault = null, bool? DisclosesMissingToken = null,
    IReadOnlyList<string>? BuiltInApps = null, int? TrialMinutes = null, bool IgnoreTests = false);

/// <summary>Switches to be looked at before they are saved; what is left out stays as it is.</summary>
/// <param name="PasswordGrantEnabled">The password grant.</param>
/// <param name="SoapLoginEnabled">SOAP login.</param>
/// <param name="SsoRequiredByDefault">Profiles that say nothing about single sign-on require it.</param>
/// <param name="DisclosesMissingToken">A caller whose password is right is told that only the security token is missing.</param>
/// <param name="BuiltInApps">The apps that the server brings along and the organization's users may use, by client identifier.</param>
public sealed record PreviewOrganization(
    bool? PasswordGrantEnabled = null, bool? SoapLoginEnabled = null, bool? SsoRequiredByDefault = null, bool? DisclosesMissingToken = null,
    IReadOnlyList<string>? BuiltInApps = null);

/// <summary>The switches of the organization.</summary>
public sealed class OrganizationOperations(Database database, PolicySaves saves) : IAdminOperations
{
    const string Page = "/setup/policies/organization";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, OrganizationSight>("organization.get", "/organization", Page, "Show the organization's switches.", GetAsync),
        AdminOperation.Ask<PreviewOrganization, PolicyPreview>(
            "organization.preview", "/organization/preview", Page, "Say what a save of the organization's switches would change, stop and run into.", PreviewAsync),
        AdminOperation.Change<SaveOrganization, PolicySaved>("organization.save", "PUT", "/organization", Page, "Save the organization's switches, on trial.", SaveAsync).Versioned().Stops("organization.preview"),
    ];

    public async Task<AdminAnswer<OrganizationSight>> GetAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var trial = await Trials.Pending(db, call.Org.Id).AsNoTracking().FirstOrDefaultAsync(t => t.Kind == "organization", call.Cancellation);
        AdminAnswer<OrganizationSight> sight = new OrganizationSight(call.Org.Name, policy.Switches, trial is null ? null : TrialSight.Of(trial, trial.Kind, call.At));
        return sight.WithVersion(new PolicyEdit.OfSwitches(call.Org.Id, policy.Switches).VersionIn(policy));
    }

    public async Task<AdminAnswer<PolicyPreview>> PreviewAsync(AdminCall call, PreviewOrganization input) =>
        FlawOf(input.BuiltInApps) is { } flaw ? flaw : await saves.PreviewAsync(call, await EditAsync(call, input));

    public async Task<AdminAnswer<PolicySaved>> SaveAsync(AdminCall call, SaveOrganization input)
    {
        if (FlawOf(input.BuiltInApps) is { } flaw)
            return flaw;
        var edit = await EditAsync(call, new(input.PasswordGrantEnabled, input.SoapLoginEnabled, input.SsoRequiredByDefault, input.DisclosesMissingToken, input.BuiltInApps));
        return await saves.SaveAsync(call, edit, new(input.TrialMinutes, input.IgnoreTests));
    }

    static AdminRefusal.Invalid? FlawOf(IReadOnlyList<string>? builtInApps) => BuiltInApps.Unknown(builtInApps ?? []) is { } unknown
        ? new AdminRefusal.Invalid([new("builtInApps", $"\"{unknown}\" is none of {string.Join(", ", BuiltInApps.Switchable.Keys)}.")])
        : null;

    async Task<PolicyEdit> EditAsync(AdminCall call, PreviewOrganization input)
    {
        await using var db = database.NewContext();
        var now = (await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation)).Switches;
        return new PolicyEdit.OfSwitches(call.Org.Id, new(
            input.PasswordGrantEnabled ?? now.PasswordGrantEnabled, input.SoapLoginEnabled ?? now.SoapLoginEnabled,
            input.SsoRequiredByDefault ?? now.SsoRequiredByDefault, input.DisclosesMissingToken ?? now.DisclosesMissingToken)
        {
            BuiltInApps = [.. (input.BuiltInApps ?? now.BuiltInApps).Distinct(StringComparer.Ordinal)],
        });
    }
}
