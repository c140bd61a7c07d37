using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Rest;

/// <summary>
/// As much of the REST surface as clients of the salesforce dialect call around a login (contract, section 6): the versions, the resources of one, the
/// organization, a user, the limits. There is no data behind it.
/// </summary>
public sealed class RestDoors(RestCallers callers, Database database, PublicUrl publicUrl)
{
    /// <summary>The server counts no calls: the largest edition's figure, and all of it is left.</summary>
    const int DailyCalls = 15_000;

    static readonly string[] Read = ["GET", "HEAD"];

    public void Map(IEndpointRouteBuilder server)
    {
        var app = server.MapGroup("").WithMetadata(new FailureAnswer(RestAnswer.FailAsync));
        app.MapMethods(Routes.Data, Read, VersionsAsync);
        app.MapMethods($"{Routes.Data}/v{{version}}", Read, context => CallAsync(context, ResourcesAsync));
        app.MapMethods($"{Routes.Data}/v{{version}}/query", Read, context => CallAsync(context, QueryAsync));
        app.MapMethods($"{Routes.Data}/v{{version}}/limits", Read, context => CallAsync(context, LimitsAsync));
        app.MapMethods($"{Routes.Data}/v{{version}}/sobjects/User/{{id}}", Read, context => CallAsync(context, UserAsync));
        app.Map($"{Routes.Data}/{{**rest}}", context => CallAsync(context, static (context, _, _) => RestAnswer.ErrorAsync(context, RestError.NotFound)));
    }

    /// <summary>Without a token: this is where clients begin.</summary>
    static Task VersionsAsync(HttpContext context) => RestAnswer.JsonAsync(context, new JsonArray([.. ApiVersions.All.Select(version => new JsonObject
    {
        ["label"] = ApiVersions.Season(version),
        ["url"] = $"{Routes.Data}/v{ApiVersions.Text(version)}",
        ["version"] = ApiVersions.Text(version),
    })]));

    async Task CallAsync(HttpContext context, Func<HttpContext, Me, string, Task> answer)
    {
        var (me, error) = await callers.AdmitAsync(context);
        await (me is null ? RestAnswer.ErrorAsync(context, error!) : answer(context, me, context.Request.RouteValues["version"] as string ?? ""));
    }

    Task ResourcesAsync(HttpContext context, Me me, string version)
    {
        var root = $"{Routes.Data}/v{version}";
        return RestAnswer.JsonAsync(context, new JsonObject
        {
            ["identity"] = IdentityUrl.Of(publicUrl, me.Org.Id, me.User.Id),
            ["limits"] = root + "/limits",
            ["query"] = root + "/query",
            ["sobjects"] = root + "/sobjects",
        });
    }

    Task QueryAsync(HttpContext context, Me me, string version)
    {
        var asked = context.Request.Query["q"];
        var (answer, error) = OrganizationQuery.Ask(asked.Count == 1 ? asked.ToString() : null, me.Org, version, publicUrl);
        return answer is null ? RestAnswer.ErrorAsync(context, error!) : RestAnswer.JsonAsync(context, answer);
    }

    static Task LimitsAsync(HttpContext context, Me me, string version) => RestAnswer.JsonAsync(
        context, new JsonObject { ["DailyApiRequests"] = new JsonObject { ["Max"] = DailyCalls, ["Remaining"] = DailyCalls } });

    async Task UserAsync(HttpContext context, Me me, string version)
    {
        var person = RecordId.TryShort(context.Request.RouteValues["id"] as string) is { } id ? await Person.FindAsync(database, id) : null;
        if (person?.OrgId != me.Org.Id)
        {
            await RestAnswer.ErrorAsync(context, RestError.NotFound);
            return;
        }
        await RestAnswer.JsonAsync(context, new JsonObject
        {
            ["attributes"] = new JsonObject { ["type"] = "User", ["url"] = $"{Routes.Data}/v{version}/sobjects/User/{RecordId.Long(person.Id)}" },
            ["Id"] = RecordId.Long(person.Id),
            ["Username"] = person.Username,
            ["FirstName"] = person.FirstName,
            ["LastName"] = person.LastName,
            ["Name"] = person.FullName,
            ["Email"] = person.Email,
            ["IsActive"] = person.IsActive,
            ["ProfileId"] = RecordId.Long(person.ProfileId),
            ["TimeZoneSidKey"] = person.TimeZone,
            ["LocaleSidKey"] = person.Language,
            ["LanguageLocaleKey"] = person.Language,
            ["CreatedDate"] = SalesforceTime.Text(person.CreatedAt),
            ["LastModifiedDate"] = SalesforceTime.Text(person.UpdatedAt),
        });
    }
}
