using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.People;

/// <summary>One user: everything that may be seen, what can be changed at once, and the ways to what needs a second look.</summary>
public sealed class UserModel(
    UserOperations users, UserStatusOperations statuses, OrgDirectory orgs, Note note) : PageModel
{
    public const string Path = "/setup/people/user";

    /// <summary>The username.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Name { get; set; }

    public UserSight Sight { get; private set; } = null!;

    /// <summary>Which state of the user the form was filled from.</summary>
    public string Version { get; private set; } = "";

    public IReadOnlyList<string> Profiles { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public Task<IActionResult> OnPostUnfreezeAsync() => AfterAsync("users.unfreeze", "Unfrozen", statuses.UnfreezeAsync);

    public Task<IActionResult> OnPostActivateAsync() => AfterAsync("users.activate", "Activated", statuses.ActivateAsync);

    public Task<IActionResult> OnPostUnlockAsync() => AfterAsync("users.unlock", "Unlocked", statuses.UnlockAsync);

    public Task<IActionResult> OnPostInviteAsync() => AfterAsync("users.invite", "Invited", users.InviteAsync);

    public Task<IActionResult> OnPostSaveAsync(
        string? email, string? firstName, string? lastName, string? language, string? timeZone, string? profile, bool breakGlass, string? version) =>
        AfterAsync("users.update", "Saved", (call, user) => users.UpdateAsync(
            call with { IfMatch = version },
            new(user.User, email ?? "", firstName ?? "", lastName ?? "", language ?? "", timeZone ?? "", profile ?? "", breakGlass)));

    async Task<IActionResult> AfterAsync(string operation, string done, Func<AdminCall, UserName, Task<AdminAnswer<UserSight>>> run)
    {
        var answer = await run(SetupDoor.Call(HttpContext, operation), new(Name ?? ""));
        if (answer.Refusal is AdminRefusal.NotFound)
            return NotFound();
        if (answer.Refusal is null)
        {
            note.Leave(HttpContext, done);
            return LocalRedirect(AddressOf(Name));
        }
        Refusal = answer.Refusal;
        return await LoadAsync() ? Page() : NotFound();
    }

    async Task<bool> LoadAsync()
    {
        var call = SetupDoor.Call(HttpContext, "users.get");
        var answer = await users.GetAsync(call, new(Name ?? ""));
        if (answer.Value is not { } sight)
            return false;
        (Sight, Version) = (sight, answer.Version!);
        Profiles = [.. (await orgs.CurrentAsync()).Rows.ProfilesOf(call.Org.Id).Select(profile => profile.Name).Order(StringComparer.CurrentCulture)];
        return true;
    }

    /// <summary>Where a user's page is.</summary>
    internal static string AddressOf(string? username) => "~" + Path + "?name=" + Uri.EscapeDataString(username ?? "");
}
