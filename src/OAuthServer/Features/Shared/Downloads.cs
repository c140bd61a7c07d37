using System.Net.Mime;
using OAuthServer.Administration;

namespace OAuthServer.Features.Shared;

/// <summary>Hands out files that are written while they are read.</summary>
public static class Downloads
{
    /// <summary>Answers with a file, to be kept and not shown.</summary>
    public static Task SendAsync(this HttpContext http, AdminFile file)
    {
        http.Response.ContentType = file.ContentType;
        http.Response.Headers.ContentDisposition = new ContentDisposition { FileName = file.Name }.ToString();
        return file.WriteAsync(http.Response.Body, http.RequestAborted);
    }
}
