using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.Replay;

namespace OAuthServer.Features.Setup.Replay;

/// <summary>One attempt of a replay: explained as it was decided, and under the draft, side by side.</summary>
public sealed class LineModel(ReplayOperations replays) : PageModel
{
    public string Job { get; private set; } = "";

    public ReplayLineSight Sight { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string job, string reference)
    {
        if ((await replays.LineAsync(SetupDoor.Call(HttpContext, "replay.line"), new(job, reference))).Value is not { } sight)
            return NotFound();
        (Job, Sight) = (job, sight);
        return Page();
    }
}
