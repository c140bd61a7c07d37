using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace OAuthServer.Hosting;

/// <summary>
/// Names the framework's span of a request by method and route, and notes the status. The route and not the path, because
/// paths are many; never the query, because codes and tokens travel there.
/// </summary>
public static class RequestSpans
{
    /// <summary>Put it first, so that it sees the status everyone after it has settled on.</summary>
    public static IApplicationBuilder UseRequestSpans(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not { IsAllDataRequested: true })
        {
            await next(context);
            return;
        }
        var status = StatusCodes.Status500InternalServerError; // what an exception that passes here becomes
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            Describe(span, context, status);
        }
    });

    static void Describe(Activity span, HttpContext context, int status)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is not null)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // what is not worth counting is not worth exporting
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
        var method = IsKnown(context.Request.Method) ? HttpMethods.GetCanonicalizedValue(context.Request.Method) : "HTTP";
        span.DisplayName = route is null ? method : $"{method} {route}";
        if (route is not null)
            span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }

    // The method is the caller's to invent; a span's name is not.
    static bool IsKnown(string method) => HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsHead(method)
        || HttpMethods.IsOptions(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsPatch(method);
}
