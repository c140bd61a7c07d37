using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Rest;

/// <summary>
/// The one question that tools ask before they work: what organization is this? Nothing else can be asked here, and is said to be of no known type,
/// which is how sf CLI learns that there is no hub of scratch organizations.
/// </summary>
static partial class OrganizationQuery
{
    const int MostText = 4_000;

    /// <summary>Answers a query in SOQL.</summary>
    internal static (JsonObject? Answer, RestError? Error) Ask(string? text, Organization org, string version, PublicUrl publicUrl)
    {
        if (text is null or { Length: > MostText } || Query().Match(text) is not { Success: true } query)
            return (null, new(400, "MALFORMED_QUERY", "Write SELECT fields FROM Organization; this server answers no other query."));
        if (!query.Groups["type"].Value.Equals("Organization", StringComparison.OrdinalIgnoreCase))
            return (null, new(400, "INVALID_TYPE", $"sObject type '{query.Groups["type"].Value}' is not supported."));
        var record = new JsonObject
        {
            ["attributes"] = new JsonObject { ["type"] = "Organization", ["url"] = $"{Routes.Data}/v{version}/sobjects/Organization/{RecordId.Long(org.Id)}" },
        };
        var known = Fields(org, publicUrl);
        foreach (var field in query.Groups["fields"].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (known.FirstOrDefault(one => one.Name.Equals(field, StringComparison.OrdinalIgnoreCase)) is not { Name: { } name, Value: var value })
                return (null, new(400, "INVALID_FIELD", $"No such column '{field}' on entity 'Organization'."));
            if (!record.TryAdd(name, value))
                return (null, new(400, "INVALID_FIELD", $"duplicate field selected: {name}"));
        }
        return (new JsonObject { ["totalSize"] = 1, ["done"] = true, ["records"] = new JsonArray(record) }, null);
    }

    static (string Name, JsonNode? Value)[] Fields(Organization org, PublicUrl publicUrl) =>
    [
        ("Id", RecordId.Long(org.Id)), ("Name", org.Name), ("InstanceName", new Uri(publicUrl.Value).Host), ("IsSandbox", false), ("TrialExpirationDate", null),
        ("NamespacePrefix", null), ("OrganizationType", "Developer Edition"), ("CreatedDate", SalesforceTime.Text(org.CreatedAt)),
    ];

    [GeneratedRegex(@"^\s*SELECT\s+(?<fields>\w+(\s*,\s*\w+)*)\s+FROM\s+(?<type>\w+)(\s+LIMIT\s+[1-9][0-9]{0,8})?\s*\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Query();
}
