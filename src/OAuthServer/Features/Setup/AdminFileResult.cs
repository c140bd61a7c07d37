using Microsoft.AspNetCore.Mvc;
using OAuthServer.Administration;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup;

/// <summary>Hands out a file from a page, written while it is read.</summary>
public sealed class AdminFileResult(AdminFile file) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => context.HttpContext.SendAsync(file);
}
