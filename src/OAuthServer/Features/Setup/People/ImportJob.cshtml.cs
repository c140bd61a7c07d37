using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.People.Import;
using OAuthServer.Data;

namespace OAuthServer.Features.Setup.People;

/// <summary>One import: how far it is, what each line would do or did, and the button that carries it out.</summary>
public sealed class ImportJobModel(ImportOperations imports, JobOperations jobs) : PageModel
{
    public static readonly IReadOnlyList<string> Outcomes = [JudgedRow.Error, JudgedRow.Made, JudgedRow.Changed, JudgedRow.Same];

    [BindProperty(SupportsGet = true)]
    public string? Id { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Outcome { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public JobSight Job { get; private set; } = null!;

    public ImportResult? Result { get; private set; }

    public IReadOnlyList<(long Number, string Outcome, ImportLine Line)> Lines { get; private set; } = [];

    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>The preview has ended, and there is something to do.</summary>
    public bool CanApply => Job.State == JobState.Done && Result is { Applied: false } result && result.Made + result.Changed > 0;

    public async Task<IActionResult> OnGetAsync()
    {
        if ((await jobs.GetAsync(SetupDoor.Call(HttpContext, "jobs.get"), new(Id ?? ""))).Value is not { Kind: UserImport.Word } job)
            return NotFound();
        (Job, Result) = (job, job.Result?.Deserialize<ImportResult>(SettingsJson.Options));
        var outcome = Outcomes.Contains(Outcome, StringComparer.Ordinal) ? Outcome : null;
        var answer = await jobs.LinesAsync(SetupDoor.Call(HttpContext, "jobs.lines"), new(job.Id, outcome, After: string.IsNullOrEmpty(After) ? null : After));
        Refusal ??= answer.Refusal;
        if (answer.Value is { } page)
        {
            Lines = [.. page.Items.Select(line => (line.Number, line.Outcome, line.Content.Deserialize<ImportLine>(SettingsJson.Options)!))];
            Next = page.Next is { } next ? Url.Content("~/setup/people/import/job") + QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal) { ["id"] = job.Id, ["outcome"] = outcome, ["after"] = next }) : null;
        }
        // No script: the browser is told to come again.
        if (!job.IsOver)
            Response.Headers["Refresh"] = "2";
        return Page();
    }

    public async Task<IActionResult> OnPostApplyAsync(bool invite) =>
        await AfterAsync(imports.ApplyAsync(SetupDoor.Call(HttpContext, "users.import-apply"), new(Id ?? "", invite)));

    public async Task<IActionResult> OnPostCancelAsync() => await AfterAsync(jobs.CancelAsync(SetupDoor.Call(HttpContext, "jobs.cancel"), new(Id ?? "")));

    async Task<IActionResult> AfterAsync(Task<AdminAnswer<JobSight>> work)
    {
        var answer = await work;
        if (answer.Refusal is null)
            return LocalRedirect("~/setup/people/import/job?id=" + Uri.EscapeDataString(Id!));
        Refusal = answer.Refusal;
        return await OnGetAsync();
    }
}
