using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using OAuthServer.Administration;

namespace OAuthServer.Features.SetupApi;

/// <summary>The OpenAPI 3.1 description of the administrators' API, made of the catalogue, so that it cannot say anything else.</summary>
static class OpenApiDocument
{
    internal static string Write(AdminCatalogue catalogue)
    {
        var paths = new JsonObject();
        foreach (var operation in catalogue.All)
        {
            if (paths[AdminCatalogue.Root + operation.Path] is not JsonObject path)
                paths[AdminCatalogue.Root + operation.Path] = path = [];
            path[operation.Method.ToLowerInvariant()] = Of(operation);
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "OAuthServer setup",
                ["version"] = "1",
                ["description"] = "Everything the administrators' pages do. An administrator sees the own organization; what another has is not found.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = $"An administrator's access token with the scope {AdminApi.ReadScope} or {AdminApi.WriteScope}." },
                },
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "Nothing was changed; problem details (RFC 9457) say why, and what to do next.",
                        ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } } },
                    },
                },
            },
        }.ToJsonString(AdminInput.Options);
    }

    static JsonObject Of(AdminOperation operation)
    {
        var members = AdminInput.MembersOf(operation.Input);
        var isUpload = members.Any(member => member.IsUpload);
        var inPath = members.Where(member => operation.PathMembers.Contains(member.Name, StringComparer.Ordinal)).ToList();
        var others = members.Except(inPath).Where(member => !member.IsUpload).ToList();
        var inQuery = operation.HasBody && !isUpload ? [] : others;
        var description = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Summary,
            ["tags"] = new JsonArray(operation.Name.Split('.')[0]),
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray(operation.IsChange ? AdminApi.WriteScope : AdminApi.ReadScope) }),
            ["parameters"] = new JsonArray([.. inPath.Select(member => Parameter(member, "path")), .. inQuery.Select(member => Parameter(member, "query")), .. operation.IsVersioned ? [IfMatch()] : Array.Empty<JsonNode>()]),
            ["responses"] = new JsonObject
            {
                [operation.Output == typeof(Nothing) ? "204" : "200"] = Answer(operation),
                ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
            },
        };
        if (operation.Impact is { } impact)
            description["description"] = $"{impact} says beforehand what this will stop.";
        if (isUpload)
            description["requestBody"] = Content("application/octet-stream", new JsonObject { ["type"] = "string", ["format"] = "binary" }, isRequired: true);
        else if (operation.HasBody && others.Count > 0)
            description["requestBody"] = Content("application/json", Body(others), others.Exists(member => member.IsRequired));
        return description;
    }

    static JsonObject Answer(AdminOperation operation)
    {
        var answer = new JsonObject { ["description"] = "Done." };
        if (operation.Output == typeof(AdminFile))
            answer["content"] = new JsonObject { ["*/*"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary" } } };
        else if (operation.Output != typeof(Nothing))
            answer["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Schema(operation.Output) } };
        return answer;
    }

    static JsonObject Body(List<AdminMember> members) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject([.. members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, Schema(member.Type)))]),
        ["required"] = new JsonArray([.. members.Where(member => member.IsRequired).Select(member => JsonValue.Create(member.Name))]),
        ["additionalProperties"] = false,
    };

    static JsonObject Parameter(AdminMember member, string place) => new()
    {
        ["name"] = member.Name,
        ["in"] = place,
        ["required"] = place == "path" || member.IsRequired,
        ["schema"] = Schema(member.Type),
    };

    static JsonObject IfMatch() => new()
    {
        ["name"] = "If-Match",
        ["in"] = "header",
        ["description"] = "The ETag of the thing as the caller has seen it: if it has changed since, nothing is done, and the answer is 412 (RFC 9110 section 13.1.1).",
        ["required"] = false,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    static JsonObject Content(string type, JsonNode schema, bool isRequired) => new()
    {
        ["required"] = isRequired,
        ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = schema } },
    };

    static JsonNode Schema(Type type) => AdminInput.Options.GetJsonSchemaAsNode(type, new() { TreatNullObliviousAsNonNullable = true });
}
