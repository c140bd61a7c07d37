using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SetupApi;

/// <summary>
/// The door through which programs administer: an endpoint for each operation of the catalogue. It checks who asks and reads what is asked;
/// what may be done is decided by the operation.
/// </summary>
public sealed class AdminApi(AdminCatalogue catalogue, BearerDoor door, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>Lets a program read.</summary>
    public const string ReadScope = "setup_read";

    /// <summary>Lets a program read and change.</summary>
    public const string WriteScope = "setup_write";

    const int MaxBody = 512 * 1024;
    const long MaxUpload = 64 * 1024 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        var document = new Lazy<string>(() => OpenApiDocument.Write(catalogue));
        routes.MapGet(AdminCatalogue.Root + "/openapi.json", http =>
        {
            http.Response.Headers.CacheControl = "public, max-age=300";
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(document.Value, http.RequestAborted);
        });
        foreach (var operation in catalogue.All)
        {
            string[] methods = operation.HasBody ? [operation.Method] : ["GET", "HEAD"];
            routes.MapMethods(AdminCatalogue.Root + operation.Path, methods, http => HandleAsync(http, operation));
        }
    }

    async Task HandleAsync(HttpContext http, AdminOperation operation)
    {
        if (await AdmitAsync(http, operation) is not { } call)
            return;
        if (operation is { IsChange: true, IsVersioned: false } && http.Request.Headers.IfMatch.Count > 0)
        {
            // Ignored, it would be taken for the protection that it is not.
            await AdminAnswers.Refuse(new AdminRefusal.Invalid("If-Match", "is of no use here: this operation compares no versions. Leave it out.")).ExecuteAsync(http);
            return;
        }
        var (input, refusal) = await ReadAsync(http, operation);
        if (input is null)
        {
            await AdminAnswers.Refuse(refusal!).ExecuteAsync(http);
            return;
        }
        await AdminAnswers.Of(http, await operation.RunAsync(call, input)).ExecuteAsync(http);
    }

    async Task<AdminCall?> AdmitAsync(HttpContext http, AdminOperation operation)
    {
        var (me, refusal) = await door.AdmitAsync(http, operation.IsChange ? [WriteScope] : [ReadScope, WriteScope]);
        if (me is { Profile.Administrator: true })
        {
            var from = origins.Of(http).Address;
            var actor = new AuditActor(me.User.Id, me.User.Username, AuditDoor.Api, from?.ToString(), operation.Name, clock.GetUtcNow());
            return new(me.Org, actor, from, IfMatch(http), http.RequestAborted) { AuthenticatedAt = SignInOf(me.Token) };
        }
        await (refusal ?? AdminAnswers.NotAdministrator).ExecuteAsync(http);
        return null;
    }

    /// <summary>
    /// When a person signed in at a browser for this token; a refreshed one goes on saying so. Null for every other: whoever holds a secret, a
    /// key or a password makes such a token at any moment, and it shows nothing about whether anybody still comes in.
    /// </summary>
    static DateTimeOffset? SignInOf(AccessTokenInfo token) => token.Channel is LoginChannel.AuthorizationCode or LoginChannel.Device ? token.AuthenticatedAt : null;

    /// <summary>The one version the caller will change; null when any will do (RFC 9110 section 13.1.1). One that cannot be read matches nothing.</summary>
    static string? IfMatch(HttpContext http) =>
        http.Request.Headers.IfMatch.ToString() is { Length: > 0 } header && header != "*" ? header.Trim().Trim('"') : null;

    static async Task<(object? Input, AdminRefusal? Refusal)> ReadAsync(HttpContext http, AdminOperation operation)
    {
        var members = AdminInput.MembersOf(operation.Input);
        var isUpload = members.Any(member => member.IsUpload);
        if (isUpload && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxUpload;
        var sent = new JsonObject();
        if (operation.HasBody && !isUpload)
        {
            var (body, flaw) = await BodyAsync(http);
            if (flaw is not null)
                return (null, new AdminRefusal.Invalid([flaw]));
            sent = body!;
        }
        var flaws = new List<AdminFlaw>();
        foreach (var member in members.Where(member => operation.PathMembers.Contains(member.Name, StringComparer.Ordinal)))
        {
            if (sent.ContainsKey(member.Name))
                flaws.Add(new(member.Name, "is named by the address; leave it out of the body."));
            // Routing leaves an escaped slash as it is, because it parts no segments.
            Put(member, ((string)http.Request.RouteValues[member.Name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        }
        if (!operation.HasBody || isUpload)
        {
            foreach (var (name, values) in http.Request.Query)
            {
                if (members.FirstOrDefault(member => member.Name == name && !operation.PathMembers.Contains(name, StringComparer.Ordinal)) is not { } member)
                    flaws.Add(new(name, "is not known here; remove it."));
                else if (member.IsList)
                    sent[name] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
                else if (values.Count != 1)
                    flaws.Add(new(name, "is there more than once; send it once."));
                else
                    Put(member, values.ToString());
            }
        }
        if (flaws.Count > 0)
            return (null, new AdminRefusal.Invalid(flaws));
        var (input, wrong) = AdminInput.Read(operation.Input, sent, isUpload ? http.Request.Body : null);
        return input is null ? (null, new AdminRefusal.Invalid(wrong)) : (input, null);

        void Put(AdminMember member, string text)
        {
            if (AdminInput.FromText(member, text) is { } value)
                sent[member.Name] = value;
            else
                flaws.Add(new(member.Name, $"cannot be used; send {AdminInput.Expected(member.Type)}."));
        }
    }

    static async Task<(JsonObject? Body, AdminFlaw? Flaw)> BodyAsync(HttpContext http)
    {
        var buffer = new byte[MaxBody + 1];
        int length;
        try
        {
            length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        }
        catch (Exception problem) when (RequestForm.IsUnreadable(problem))
        {
            return (null, new("", "The body broke off, is too large, or is not compressed as it says."));
        }
        if (length > MaxBody)
            return (null, new("", $"The body is too large; send at most {MaxBody} bytes."));
        if (length == 0)
            return ([], null);
        if (!http.Request.HasJsonContentType())
            return (null, new("", "The body is not JSON; send Content-Type: application/json."));
        try
        {
            var options = new JsonNodeOptions { PropertyNameCaseInsensitive = false };
            if (JsonNode.Parse(buffer.AsSpan(0, length), options, new() { AllowDuplicateProperties = false, MaxDepth = 32 }) is JsonObject body)
                return (body, null);
        }
        catch (JsonException) // says where and quotes; a body may hold what nobody should read again
        {
        }
        return (null, new("", "The body cannot be read; send one JSON object, each member once."));
    }
}
