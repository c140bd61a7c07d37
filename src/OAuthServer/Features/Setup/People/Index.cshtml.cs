using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup.People;

/// <summary>The organization's people, found by the beginning of a name and by what they have.</summary>
public sealed class IndexModel(UserListOperations users, OrgDirectory orgs) : PageModel
{
    /// <summary>Filters that are one word.</summary>
    public static readonly IReadOnlyList<string> Marks = ["lockedOut", "withoutFactor", "neverSignedIn", "dormant30", "dormant90", "usesToken"];

    [BindProperty(SupportsGet = true)]
    public string? Search { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Profile { get; set; }

    [BindProperty(SupportsGet = true)]
    public UserStatus? Status { get; set; }

    /// <summary>One of <see cref="Marks"/>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Mark { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<UserLine> People { get; private set; } = [];

    public UserCounts Counts { get; private set; } = new(0, 0, 0);

    public IReadOnlyList<string> Profiles { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public string? Next { get; private set; }

    public bool IsFiltered => Wanted with { After = null } != new ListUsers();

    public async Task OnGetAsync()
    {
        var call = SetupDoor.Call(HttpContext, "users.list");
        Profiles = [.. (await orgs.CurrentAsync()).Rows.ProfilesOf(call.Org.Id).Select(profile => profile.Name).Order(StringComparer.CurrentCulture)];
        Counts = (await users.CountAsync(call, new())).Value!;
        var answer = await users.ListAsync(call, Wanted);
        Refusal = answer.Refusal;
        if (answer.Value is not { } page)
            return;
        People = page.Items;
        Next = page.Next is { } next ? AddressOf(next) : null;
    }

    string AddressOf(string next)
    {
        var query = Request.Query.Where(pair => pair.Key != "after" && pair.Value.ToString().Length > 0).Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value.ToString()));
        return Url.Content("~/setup/people") + QueryString.Create(query.Append(new("after", next)));
    }

    ListUsers Wanted => new(
        Text(Search), Text(Profile), Status, Flag("lockedOut"), Flag("withoutFactor"), Flag("neverSignedIn"),
        Mark switch { "dormant30" => 30, "dormant90" => 90, _ => null }, Flag("usesToken"), After: Text(After));

    bool? Flag(string mark) => Mark == mark ? true : null;

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();
}
