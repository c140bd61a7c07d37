using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.People;

/// <summary>A form that makes a user and mails an invitation.</summary>
public sealed class NewModel(UserOperations users, OrgDirectory orgs, Note note) : PageModel
{
    public string? Username { get; private set; }

    public bool Invite { get; private set; } = true;

    public UserFields Fields { get; private set; } = null!;

    public AdminRefusal? Refusal { get; private set; }

    public async Task OnGetAsync() => Fields = new("", "", "", "en_US", SetupDoor.Me(HttpContext).User.TimeZone, null, false, await ProfilesAsync());

    public async Task<IActionResult> OnPostAsync(
        string? username, string? email, string? firstName, string? lastName, string? language, string? timeZone, string? profile, bool breakGlass, bool invite)
    {
        var answer = await users.CreateAsync(
            SetupDoor.Call(HttpContext, "users.create"),
            new(username?.Trim() ?? "", email?.Trim() ?? "", profile ?? "", firstName ?? "", lastName ?? "", language ?? "", timeZone ?? "", breakGlass, invite));
        if (answer.Value is { } made)
        {
            note.Leave(HttpContext, invite ? "MadeInvited" : "Made");
            return LocalRedirect(UserModel.AddressOf(made.Username));
        }
        (Refusal, Username, Invite) = (answer.Refusal, username, invite);
        Fields = new(email, firstName, lastName, language, timeZone, profile, breakGlass, await ProfilesAsync());
        return Page();
    }

    async Task<IReadOnlyList<string>> ProfilesAsync() =>
        [.. (await orgs.CurrentAsync()).Rows.ProfilesOf(SetupDoor.Me(HttpContext).Org.Org.Id).Select(profile => profile.Name).Order(StringComparer.CurrentCulture)];
}
