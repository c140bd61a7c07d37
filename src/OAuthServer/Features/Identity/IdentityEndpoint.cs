using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Identity;

/// <summary>
/// The identity URL (Salesforce contract, section 4.11): who the token's user is, or another user of the same organization for a token that may
/// call the API. What is wrong is said in one bare word, which clients compare. A <c>callback</c> is not heeded: a script is no answer that holds
/// what only the token's bearer may know (ASVS 3.5.6).
/// </summary>
public sealed class IdentityEndpoint(BareWordCallers callers, OrgDirectory orgs, Database database, PublicUrl publicUrl)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.AdmitAsync(context) is var (access, form))
            await AnswerAsync(context, form, access);
    }

    async Task AnswerAsync(HttpContext context, RequestForm? form, AccessTokenInfo access)
    {
        var version = form?["version"];
        if (RecordId.TryShort(context.Request.RouteValues["org"] as string) is not { } orgId || RecordId.TryShort(context.Request.RouteValues["user"] as string) is not { } userId)
            await BareWord.AnswerAsync(context, 404, "Bad_Id");
        else if (orgId != access.OrgId)
            await BareWord.AnswerAsync(context, 403, "Wrong_Org");
        else if (version is not null and not "latest" && ApiVersions.Parse(version) is null)
            await BareWord.AnswerAsync(context, 406, "Invalid_Version");
        else if (userId != access.UserId && !await MayAskForOthersAsync(access))
            await BareWord.AnswerAsync(context, 404, "No_Access");
        else if (await Person.FindAsync(database, userId) is not { } person || person.OrgId != orgId)
            await BareWord.AnswerAsync(context, 404, "Bad_Id");
        else if (!person.IsActive)
            await BareWord.AnswerAsync(context, 404, "Inactive");
        else
        {
            var urls = new IdentityUrls(publicUrl, orgId, userId, version is "latest" ? ApiVersions.Latest : version);
            await SalesforceAnswer.WriteAsync(context, form, "user", new IdentityAnswer(person, urls, IdentityUrl.Of(publicUrl, orgId, userId), userId == access.UserId), IdentityMembers.Write);
        }
    }

    /// <summary>Those of the own organization are an affair of the API.</summary>
    async ValueTask<bool> MayAskForOthersAsync(AccessTokenInfo access) =>
        SalesforceTokens.IsForApi(access) && await Person.FindAsync(database, access.UserId) is { } me
        && (await orgs.CurrentAsync()).Rows.Profiles.TryGetValue(me.ProfileId, out var profile) && profile.ApiEnabled;
}
