using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Configuration;

/// <summary>The organization itself.</summary>
static class OrganizationStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        var file = state.Declared.File;
        if (state.Org is { } present)
        {
            var before = Json(present);
            Set(present, file);
            SetLogo(run, state, present);
            run.Changed($"organization \"{file.Name}\"", before, Json(present));
            return;
        }
        state.Org = new() { Id = RecordId.NewOrganization(), Name = file.Name, CreatedAt = run.Now };
        Set(state.Org, file);
        run.Db.Add(state.Org);
        SetLogo(run, state, state.Org);
        run.Made($"organization \"{file.Name}\"");
    }

    // An operator locks an organization by hand: a file that says nothing about its status must not open it again.
    static void Set(Organization org, OrganizationFile file)
    {
        org.Alias = file.Alias;
        org.Status = file.Status ?? org.Status;
        org.PasswordGrantEnabled = file.PasswordGrantEnabled;
        org.SoapLoginEnabled = file.SoapLoginEnabled;
        org.BuiltInApps = string.Join(' ', file.BuiltInApps);
        org.SsoRequiredByDefault = file.SsoRequiredByDefault;
        org.DisclosesMissingToken = file.DisclosesMissingToken;
        org.IsDemo = file.Demo;
        org.Color = file.Color;
    }

    static void SetLogo(ApplyRun run, OrgState state, Organization org)
    {
        var declared = state.Declared.Logo;
        org.LogoVersion = declared is null ? null : ContentVersion.Of(declared);
        if (declared is not null && state.Logo is null)
            run.Db.Add(new OrganizationLogo { OrgId = org.Id, Png = declared });
        else if (declared is not null && !declared.AsSpan().SequenceEqual(state.Logo!.Png))
            state.Logo.Png = declared;
        else if (declared is null && state.Logo is not null)
            run.Db.Remove(state.Logo);
    }

    static JsonNode Json(Organization org) => ApplyRun.Json(new
    {
        org.Alias,
        org.Status,
        org.PasswordGrantEnabled,
        org.SoapLoginEnabled,
        org.BuiltInApps,
        org.SsoRequiredByDefault,
        org.DisclosesMissingToken,
        org.IsDemo,
        org.Color,
        Logo = org.LogoVersion,
    });
}
