using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OAuthServer.Features.Setup;

/// <summary>The address of a list's page with another part of its query: what was filtered by stays.</summary>
static class PageAddress
{
    /// <summary>The part of the query that says where the list goes on.</summary>
    internal const string After = "after";

    /// <summary>This page with one part of its query changed, from the beginning of the list unless that is what is changed.</summary>
    /// <param name="page">The page.</param>
    /// <param name="key">Which part.</param>
    /// <param name="value">What it says then; null takes it away.</param>
    /// <param name="afterKey">What a page with two lists calls the place in this one.</param>
    internal static string With(PageModel page, string key, string? value, string afterKey = After)
    {
        var query = page.Request.Query.Where(pair => pair.Key != key && pair.Key != afterKey && pair.Key != "handler" && pair.Value.ToString().Length > 0)
            .Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value.ToString())).ToList();
        if (value is not null)
            query.Add(new(key, value));
        return page.Request.PathBase + page.Request.Path + QueryString.Create(query);
    }

    /// <summary>Where a list goes on; null at its end.</summary>
    internal static string? Next(PageModel page, string? next, string afterKey = After) => next is null ? null : With(page, afterKey, next, afterKey);
}
