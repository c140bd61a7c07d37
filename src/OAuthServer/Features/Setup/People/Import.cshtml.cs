using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.People.Import;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.People;

/// <summary>People from a file: where it is sent, and the imports there were. The page reads its form itself, as it arrives.</summary>
[IgnoreAntiforgeryToken(Order = 1001), ReadsItsForm]
public sealed class ImportModel(ImportOperations imports, JobOperations jobs, UploadedForm forms) : PageModel
{
    public IReadOnlyList<JobSight> Imports { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnGetExportAsync() =>
        (await imports.ExportAsync(SetupDoor.Call(HttpContext, "users.export"), new())).Value is { } file ? new AdminFileResult(file) : NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        switch (await forms.ReadAsync(HttpContext))
        {
            case UploadedFile.Expired:
                return RefusalPage.Result(StatusCodes.Status400BadRequest, Shared.Refusal.FormExpired(HttpContext));
            case UploadedFile.Arriving arriving:
                try
                {
                    var answer = await imports.ImportAsync(SetupDoor.Call(HttpContext, "users.import"), new(new(arriving.Content)));
                    if (answer.Value is { } job)
                        return LocalRedirect("~/setup/people/import/job?id=" + Uri.EscapeDataString(job.Id));
                    Refusal = answer.Refusal;
                }
                catch (Exception problem) when (UploadedForm.IsUnreadable(problem))
                {
                    Refusal = new AdminRefusal.Invalid("", "The file did not arrive whole, or is larger than 64 MB.");
                }
                break;
            default:
                Refusal = new AdminRefusal.Invalid("", "Choose a file.");
                break;
        }
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync() => Imports = (await jobs.ListAsync(SetupDoor.Call(HttpContext, "jobs.list"), new(UserImport.Word, Limit: 20))).Value!.Items;
}
