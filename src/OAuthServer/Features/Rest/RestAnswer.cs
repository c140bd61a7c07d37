using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Rest;

/// <summary>What is wrong with a call, as the REST surface says it: its clients read an array (Salesforce contract, section 6).</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Code">The errorCode that clients compare.</param>
/// <param name="Message">For people.</param>
sealed record RestError(int Status, string Code, string Message)
{
    /// <summary>The words by which clients know to fetch another token.</summary>
    internal static RestError NoSession { get; } = new(401, "INVALID_SESSION_ID", "Session expired or invalid");

    internal static RestError NoScope { get; } = new(403, "INSUFFICIENT_ACCESS", "This token lacks the scope api.");

    internal static RestError NoApi { get; } = new(403, "API_DISABLED_FOR_ORG", "The user's profile does not permit the API.");

    internal static RestError NotFound { get; } = new(404, "NOT_FOUND", "The requested resource does not exist");
}

/// <summary>Answers of the REST surface.</summary>
static class RestAnswer
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    internal static Task JsonAsync(HttpContext context, JsonNode body) => WriteAsync(context, 200, body);

    internal static Task ErrorAsync(HttpContext context, RestError error)
    {
        if (error.Status == 401)
            context.Response.Headers.WWWAuthenticate = "Token"; // no Bearer challenge: this is not RFC 6750's surface
        return WriteAsync(context, error.Status, new JsonArray(new JsonObject { ["message"] = error.Message, ["errorCode"] = error.Code }));
    }

    /// <summary>A database that is away, a bug: said in the surface's own form.</summary>
    internal static Task FailAsync(HttpContext context, OAuthError error)
    {
        var isBusy = error.RetryAfterSeconds > 0;
        if (isBusy)
            context.Response.Headers.RetryAfter = error.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ErrorAsync(context, new(isBusy ? 503 : 500, isBusy ? "SERVER_UNAVAILABLE" : "UNKNOWN_EXCEPTION", error.Description));
    }

    static Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        OAuthAnswer.Begin(context, status, "application/json;charset=UTF-8");
        return context.Response.WriteAsync(body.ToJsonString(SalesforceAnswer.IsForEyes(context.Request) ? Indented : JsonSerializerOptions.Default), context.RequestAborted);
    }
}
