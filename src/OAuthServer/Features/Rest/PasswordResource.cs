using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Rest;

/// <summary>A user's password as a resource (Salesforce contract, section 5.4): whether it has expired, to set it, to have one made up.</summary>
public sealed class PasswordResource(RestCallers callers, ApiPasswords passwords, OrgDirectory orgs, Database database, TimeProvider clock)
{
    const int MostBytes = 64 * 1024;
    static readonly string[] Methods = ["GET", "HEAD", "POST", "DELETE"];

    public void Map(IEndpointRouteBuilder app) =>
        app.MapMethods($"{Routes.Data}/v{{version}}/sobjects/User/{{id}}/password", Methods, HandleAsync).WithMetadata(new FailureAnswer(RestAnswer.FailAsync));

    async Task HandleAsync(HttpContext context)
    {
        var (me, error) = await callers.AdmitAsync(context);
        if (me is null)
            await RestAnswer.ErrorAsync(context, error!);
        else if (HttpMethods.IsPost(context.Request.Method))
            await SetAsync(context, me);
        else if (HttpMethods.IsDelete(context.Request.Method))
            await AnswerAsync(context, await passwords.ResetAsync(context, me, Id(context)));
        else
            await StateAsync(context, me);
    }

    /// <summary>The own, or for an administrator that of another.</summary>
    async Task StateAsync(HttpContext context, Me me)
    {
        var id = RecordId.TryShort(Id(context));
        if (id != me.User.Id && !me.Profile.Administrator)
        {
            await RestAnswer.ErrorAsync(context, NotPermitted("Only an administrator asks for another user's password."));
            return;
        }
        await using var db = database.NewContext();
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == id && user.OrgId == me.Org.Id, context.RequestAborted) is not { } found)
        {
            await RestAnswer.ErrorAsync(context, RestError.NotFound);
            return;
        }
        var profile = await orgs.ProfileAsync(found.ProfileId);
        var isExpired = found.MustChangePassword
            || !profile.PasswordNeverExpires && found.PasswordChangedAt is { } changedAt && profile.Password.IsExpired(changedAt, clock.GetUtcNow());
        await RestAnswer.JsonAsync(context, new JsonObject { ["isExpired"] = isExpired });
    }

    async Task SetAsync(HttpContext context, Me me)
    {
        if (await NewPasswordAsync(context) is { } password)
            await AnswerAsync(context, await passwords.SetAsync(context, me, Id(context), password));
        else
            await RestAnswer.ErrorAsync(context, new(400, "JSON_PARSER_ERROR", """Send {"NewPassword":"..."} and nothing else, in at most 64 kB."""));
    }

    static async Task<string?> NewPasswordAsync(HttpContext context)
    {
        var body = new byte[MostBytes + 1];
        try
        {
            var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
            if (length > MostBytes)
                return null;
            using var json = JsonDocument.Parse(body.AsMemory(0, length), new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            return json.RootElement is { ValueKind: JsonValueKind.Object } sent && sent.GetPropertyCount() == 1
                && sent.TryGetProperty("NewPassword", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException) // says where and quotes; a password is not quoted
        {
            return null;
        }
        catch (InvalidOperationException) // half a surrogate pair, escaped: it parses, and is no text
        {
            return null;
        }
        catch (Exception problem) when (problem is BadHttpRequestException || RequestForm.IsUnreadable(problem))
        {
            return null;
        }
    }

    static async Task AnswerAsync(HttpContext context, ApiPasswordAnswer answer)
    {
        if (answer is not ApiPasswordAnswer.Done done)
            await RestAnswer.ErrorAsync(context, ErrorOf(answer));
        else if (done.Generated is { } generated)
            await RestAnswer.JsonAsync(context, new JsonObject { ["NewPassword"] = generated });
        else
            OAuthAnswer.Begin(context, 204, "application/json;charset=UTF-8");
    }

    static RestError ErrorOf(ApiPasswordAnswer answer) => answer switch
    {
        ApiPasswordAnswer.NoId or ApiPasswordAnswer.NoSuchUser => RestError.NotFound,
        ApiPasswordAnswer.NotPermitted refused => NotPermitted(refused.Why),
        ApiPasswordAnswer.SwitchedOff => new(403, "FUNCTIONALITY_NOT_ENABLED", "Passwords are set by the API only where the organization has SOAP login on."),
        ApiPasswordAnswer.NoUse => new(400, "INVALID_OPERATION", "The account is not in use, or no door takes a password from it."),
        ApiPasswordAnswer.Refused refused => new(400, "INVALID_NEW_PASSWORD", string.Join(' ', refused.Flaws.Select(flaw => flaw.Sentence(refused.Policy)))),
        ApiPasswordAnswer.WrongOldPassword => new(400, "INVALID_NEW_PASSWORD", "Your old password is invalid."),
        ApiPasswordAnswer.Locked => new(403, "PASSWORD_LOCKOUT", "Too many failed attempts; nothing was looked at."),
        _ => new(503, "SERVER_UNAVAILABLE", "Too much to do at once; try again in a moment."),
    };

    static RestError NotPermitted(string why) => new(403, "INSUFFICIENT_ACCESS", why);

    static string? Id(HttpContext context) => context.Request.RouteValues["id"] as string;
}
