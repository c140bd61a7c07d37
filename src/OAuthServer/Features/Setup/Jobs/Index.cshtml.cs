using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Jobs;

/// <summary>Long work of the organization, and stopping it.</summary>
public sealed class IndexModel(JobOperations operations, Note note) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<JobSight> Jobs { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public string? Next { get; private set; }

    public async Task OnGetAsync()
    {
        var answer = await operations.ListAsync(SetupDoor.Call(HttpContext, "jobs.list"), new(After: string.IsNullOrEmpty(After) ? null : After));
        (Refusal, Jobs) = (answer.Refusal, answer.Value?.Items ?? []);
        Next = answer.Value?.Next is { } next ? Url.Content("~/setup/jobs") + QueryString.Create("after", next) : null;
    }

    public async Task<IActionResult> OnPostCancelAsync(string? job)
    {
        var answer = await operations.CancelAsync(SetupDoor.Call(HttpContext, "jobs.cancel"), new(job ?? ""));
        if (answer.Value is not { } sight)
            return NotFound();
        note.Leave(HttpContext, "cancelled");
        return LocalRedirect(PathOf(sight));
    }

    /// <summary>The page of its kind, where there is one.</summary>
    public string PathOf(JobSight job) => job.Kind switch
    {
        "replay" => $"~/setup/policies/replay/{job.Id}",
        "import" => $"~/setup/people/import/job?id={job.Id}",
        _ => "~/setup/jobs",
    };
}
