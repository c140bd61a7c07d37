using System.Text.Json.Nodes;

namespace OAuthServer.Data;

/// <summary>What differs between two JSON values, and nothing else.</summary>
public static class JsonChange
{
    /// <summary>Of two objects the members that differ, as they were and as they are; both null where nothing does. One that is null was not there.</summary>
    public static (JsonNode? Before, JsonNode? After) Of(JsonNode? before, JsonNode? after)
    {
        if (JsonNode.DeepEquals(before, after))
            return (null, null);
        if (before is not JsonObject old || after is not JsonObject now)
            return (before?.DeepClone(), after?.DeepClone());
        var (was, becomes) = (new JsonObject(), new JsonObject());
        foreach (var key in old.Select(pair => pair.Key).Union(now.Select(pair => pair.Key), StringComparer.Ordinal))
        {
            var (from, to) = Of(old[key], now[key]);
            if (from is not null || to is not null)
                (was[key], becomes[key]) = (from, to);
        }
        return (was, becomes);
    }
}
