using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using OAuthServer.Administration;

namespace OAuthServer.Features.Setup;

/// <summary>Hands out a file from a page, written while it is read.</summary>
public sealed class AdminFileResult(AdminFile file) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = file.ContentType;
        response.Headers.ContentDisposition = new ContentDisposition { FileName = file.Name }.ToString();
        return file.WriteAsync(response.Body, context.HttpContext.RequestAborted);
    }
}
