using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>Example logins with the answer they must get, and what they get now.</summary>
public sealed class TestsModel(PolicyTestOperations tests, Note note) : PageModel
{
    const string Example = """
        {
          "profile": "Standard",
          "channel": "passwordGrant",
          "from": "198.51.100.7",
          "presented": ["password"],
          "expect": "deny",
          "reason": "securityTokenRequired"
        }
        """;

    static readonly JsonSerializerOptions ForPeople = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<PolicyTestResult> Results { get; private set; } = [];

    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The example that is edited.</summary>
    public string Login { get; private set; } = Example;

    public async Task OnGetAsync(string? test = null)
    {
        await LoadAsync();
        if (test is not null && (await tests.GetAsync(SetupDoor.Call(HttpContext, "policy-tests.get"), new(test))).Value is { } line)
            (Name, Login) = (line.Test, JsonSerializer.Serialize(line.Login, ForPeople));
    }

    public async Task<IActionResult> OnPostSaveAsync(string? test, string? login)
    {
        (Name, Login) = (test ?? "", login ?? "");
        try
        {
            Refusal = (await tests.SaveAsync(SetupDoor.Call(HttpContext, "policy-tests.save"), new(Name.Trim(), JsonElement.Parse(Login)))).Refusal;
        }
        catch (JsonException problem)
        {
            Refusal = new AdminRefusal.Invalid("", problem.Message);
        }
        return await AfterAsync("TestSaved");
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? test)
    {
        Refusal = (await tests.DeleteAsync(SetupDoor.Call(HttpContext, "policy-tests.delete"), new(test ?? ""))).Refusal;
        return await AfterAsync("TestDeleted");
    }

    async Task<IActionResult> AfterAsync(string done)
    {
        if (Refusal is AdminRefusal.NotFound)
            return NotFound();
        if (Refusal is not null)
        {
            await LoadAsync();
            return Page();
        }
        note.Leave(HttpContext, done);
        return LocalRedirect("~/setup/policies/tests");
    }

    async Task LoadAsync()
    {
        var page = (await tests.RunAsync(SetupDoor.Call(HttpContext, "policy-tests.run"), new(After: string.IsNullOrEmpty(After) ? null : After))).Value!;
        (Results, Next) = (page.Items, PageAddress.Next(this, page.Next));
    }
}
