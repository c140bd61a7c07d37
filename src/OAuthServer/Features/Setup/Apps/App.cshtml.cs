using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Apps;

/// <summary>Where the change of a secret stands.</summary>
public enum Rotation
{
    /// <summary>There is none yet.</summary>
    NoSecret,

    /// <summary>One is in use: a second one begins the change.</summary>
    One,

    /// <summary>The newest has not been seen in use: the app is still to be moved.</summary>
    Waiting,

    /// <summary>The newest is in use: the older ones can go.</summary>
    Moved,
}

/// <summary>One app: what it may do, its secrets, who uses it, and its end.</summary>
public sealed class AppModel(AppOperations operations, AppSecretOperations secrets, Note note) : PageModel
{
    static readonly JsonSerializerOptions Typed = new() { AllowTrailingCommas = true, ReadCommentHandling = JsonCommentHandling.Skip };
    static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [BindProperty(SupportsGet = true)]
    public string? Id { get; set; }

    public AppSight Sight { get; private set; } = null!;

    public AppImpact Impact { get; private set; } = null!;

    /// <summary>Which state of the settings is on the page.</summary>
    public string? Version { get; private set; }

    /// <summary>The settings as they are typed.</summary>
    public string? Text { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>Shown in this answer and never again.</summary>
    public NewSecret? NewSecret { get; private set; }

    public bool TakesSecrets => Sight.Settings.GetProperty("authMethods").EnumerateArray().Any(method => method.GetString() is "clientSecretBasic" or "clientSecretPost");

    public Rotation Rotation => Sight.Secrets switch
    {
        [] => Rotation.NoSecret,
        [_] => Rotation.One,
        [.., { LastUsedAt: null }] => Rotation.Waiting,
        _ => Rotation.Moved,
    };

    /// <summary>Where a button of this page leads.</summary>
    public string AddressOf(string handler) => Url.Content("~/setup/apps/app") + QueryString.Create("id", Id ?? "").Add("handler", handler);

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnPostSaveAsync(string? text, string? version, bool ignoreTests)
    {
        JsonElement settings;
        try
        {
            settings = JsonSerializer.Deserialize<JsonElement>(text ?? "", Typed);
        }
        catch (JsonException problem)
        {
            return await RefuseAsync(new AdminRefusal.Invalid("settings", problem.Message), text);
        }
        return await AfterAsync(await operations.SaveAsync(Call("apps.save") with { IfMatch = version }, new(Id ?? "", settings, ignoreTests)), "Saved", text);
    }

    public async Task<IActionResult> OnPostAddSecretAsync(string? secret, DateOnly? expiresOn)
    {
        var expires = expiresOn is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : (DateTimeOffset?)null;
        var answer = await secrets.AddAsync(Call("apps.add-secret"), new(Id ?? "", secret ?? "", expires));
        // Not redirected: the secret would have to be kept until then.
        (NewSecret, Refusal) = (answer.Value, answer.Refusal);
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostRemoveSecretAsync(string? secret) => await AfterAsync(await secrets.RemoveAsync(Call("apps.remove-secret"), new(Id ?? "", secret ?? "")), "SecretRemoved");

    public async Task<IActionResult> OnPostActivateAsync() => await AfterAsync(await operations.ActivateAsync(Call("apps.activate"), new(Id ?? "")), "Activated");

    public async Task<IActionResult> OnPostDeactivateAsync() => await AfterAsync(await operations.DeactivateAsync(Call("apps.deactivate"), new(Id ?? "")), "Deactivated");

    public async Task<IActionResult> OnPostRevokeTokensAsync() => await AfterAsync(await secrets.RevokeTokensAsync(Call("apps.revoke-tokens"), new(Id ?? "")), "Revoked");

    public async Task<IActionResult> OnPostDeleteAsync()
    {
        if ((await operations.DeleteAsync(Call("apps.delete"), new(Id ?? ""))).Refusal is { } refusal)
            return await RefuseAsync(refusal);
        note.Leave(HttpContext, "Deleted");
        return LocalRedirect("~/setup/apps");
    }

    AdminCall Call(string operation) => SetupDoor.Call(HttpContext, operation);

    async Task<IActionResult> AfterAsync(AdminAnswer answer, string done, string? text = null)
    {
        if (answer.Refusal is { } refusal)
            return await RefuseAsync(refusal, text);
        note.Leave(HttpContext, done);
        return LocalRedirect("~/setup/apps/app?id=" + Uri.EscapeDataString(Id!));
    }

    Task<IActionResult> RefuseAsync(AdminRefusal refusal, string? text = null)
    {
        (Refusal, Text) = (refusal, text);
        return ShowAsync();
    }

    async Task<IActionResult> ShowAsync()
    {
        var answer = await operations.GetAsync(Call("apps.get"), new(Id ?? ""));
        if (answer.Value is not { } sight || (await operations.ImpactAsync(Call("apps.impact"), new(Id!))).Value is not { } impact)
            return RefusalPage.Result(StatusCodes.Status404NotFound, Shared.Refusal.NotFound(HttpContext));
        (Sight, Impact, Version) = (sight, impact, answer.Version);
        Text ??= JsonSerializer.Serialize(sight.Settings, Written);
        return Page();
    }
}
