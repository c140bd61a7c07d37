using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Integrations;

/// <summary>One integration: what it does, where it should go, and each step of the way.</summary>
public sealed class OneModel(IntegrationOperations integrations, MigrationOperations migration, Note note, TimeProvider clock) : PageModel
{
    [FromRoute]
    public string Id { get; set; } = "";

    public IntegrationSight Sight { get; private set; } = null!;

    public CloseImpact Impact { get; private set; } = null!;

    /// <summary>What has just been made, with its secret: shown by this answer and by no other.</summary>
    public PlannedIntegration? Planned { get; private set; }

    public IReadOnlyList<Snippet> Snippets { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public IReadOnlyList<IntegrationTarget> Targets { get; } = [.. Enum.GetValues<IntegrationTarget>().Where(target => target != IntegrationTarget.None)];

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnPostPlanAsync(IntegrationTarget? target, int? runs, int? silentHours, string? redirectUri, string? users)
    {
        var answer = await migration.PlanAsync(
            Call("integrations.plan"), new(Id, target, runs ?? 5, silentHours, null, target == IntegrationTarget.AuthorizationCode && redirectUri is { Length: > 0 } ? redirectUri : null,
                users?.Split([',', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } named ? named : null));
        (Planned, Refusal) = (answer.Value, answer.Refusal);
        // No redirect: the secret is in this answer only, and a browser must not keep it.
        Response.Headers.CacheControl = "no-store";
        return await ShowAsync();
    }

    public Task<IActionResult> OnPostCloseAsync(string? evenThough, bool revokeTokens) =>
        AfterAsync(migration.CloseAsync(Call("integrations.close"), new(Id, evenThough, revokeTokens)), "Closed");

    public Task<IActionResult> OnPostReopenAsync() => AfterAsync(migration.ReopenAsync(Call("integrations.reopen"), new(Id)), "Reopened");

    public Task<IActionResult> OnPostAssignAsync(string? owner, string? text) =>
        AfterAsync(integrations.AssignAsync(Call("integrations.assign"), new(Id, owner?.Trim() ?? "", text?.Trim() ?? "")), "Assigned");

    public Task<IActionResult> OnPostProtectAsync(bool isProtected) =>
        AfterAsync(integrations.ProtectAsync(Call("integrations.protect"), new(Id, isProtected)), isProtected ? "Protected" : "Unprotected");

    async Task<IActionResult> AfterAsync(Task<AdminAnswer<IntegrationSight>> work, string done)
    {
        Refusal = (await work).Refusal;
        if (Refusal is not null)
            return await ShowAsync();
        note.Leave(HttpContext, done);
        return LocalRedirect($"~/setup/integrations/{Id}");
    }

    async Task<IActionResult> ShowAsync()
    {
        if ((await integrations.GetAsync(Call("integrations.get"), new(Id))).Value is not { } sight || (await migration.ImpactAsync(Call("integrations.impact"), new(Id))).Value is not { } impact)
            return NotFound();
        (Sight, Impact) = (sight, impact);
        Snippets = (await migration.SnippetsAsync(Call("integrations.snippets"), new(Id))).Value?.Snippets ?? [];
        return Page();
    }

    AdminCall Call(string operation) => SetupDoor.Call(HttpContext, operation);

    /// <summary>The last days by what was presented, those on which nothing came among them.</summary>
    internal Chart ChartOf(IntegrationSight sight, string title, string summary, string day, Func<string, string> nameOf)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        DateOnly[] days = [.. Enumerable.Range(1 - IntegrationReading.ShownDays, IntegrationReading.ShownDays).Select(today.AddDays)];
        return new(
            title, summary, day, [.. days.Select(date => date.ToString("d MMM", System.Globalization.CultureInfo.CurrentCulture))],
            [
                .. sight.Days.Select(count => count.Way).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(way => new ChartSeries(
                    nameOf(way), way == IntegrationWays.Refused ? ChartTone.Muted : IntegrationWays.IsPassword(way) ? way == IntegrationWays.Password ? ChartTone.Danger : ChartTone.Warning : ChartTone.Success,
                    [.. days.Select(date => sight.Days.Where(count => count.Day == date && count.Way == way).Sum(count => (long)count.Count))])),
            ]);
    }
}
