namespace OAuthServer.Http;

/// <summary>
/// Runs of slashes count as one and a slash at the end as none, before routing: some clients join an address that ends in a slash
/// with a path that begins with one.
/// </summary>
public static class RequestPath
{
    public static Task CollapseSlashes(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        if (path.Length > 1 && (path[^1] == '/' || path.Contains("//", StringComparison.Ordinal)))
            context.Request.Path = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return next(context);
    }
}
