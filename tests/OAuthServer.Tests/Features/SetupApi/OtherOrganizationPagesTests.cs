using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Setup;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>Every form of the administrators' pages, sent with a thing of another organization: answered as if it did not exist, and nothing is changed.</summary>
public sealed class OtherOrganizationPagesTests
{
    /// <summary>Forms that name nothing: what they change is the own organization, whatever is sent.</summary>
    static readonly string[] NameNothing =
    [
        "Networks/Index.Replay", "Networks/Index.Review", "Networks/Index.Save", "People/Import.", "Policies/Organization.", "Policies/Organization.Review", "Policies/Tests.Save", "Server/Branding.Color",
        "Server/Branding.Logo", "Server/Branding.RemoveLogo", "Server/Index.MailTest", "Server/Keys.",
    ];

    /// <summary>Forms whose page is shown again with what is wrong: what they name is one field among others.</summary>
    static readonly string[] ShownAgain = ["Apps/Index.", "Integrations/BrownOuts.Announce", "People/HandOver.", "People/New.", "Policies/Index.Create", "Policies/WhatIf.", "Replay/Index."];

    [Fact]
    public async Task Is_answered_as_if_it_were_not_there()
    {
        await using var server = await TestServer.StartAsync();
        var (theirs, mine) = (await AdminScene.NewAsync(server), await AdminScene.NewAsync(server));
        var things = await Things.OfAsync(theirs);
        await theirs.GetAsync("/integrations"); // what is read from the records is read now
        var before = await Things.RowsAsync(server, theirs.Org.Id, things);
        string Of(string member) => Uri.EscapeDataString(things[member]);
        var (user, app, integration, profile, job) =
            ($"/setup/people/user?name={Of("user")}&handler=", $"/setup/apps/app?id={Of("app")}&handler=", $"/setup/integrations/{Of("integration")}/", $"/setup/policies/profile?name={Of("profile")}&handler=",
            $"/setup/people/import/job?id={Of("job")}&handler=");
        (string Form, string Path, (string, string)[] Fields)[] sent =
        [
            ("Apps/App.Activate", app + "Activate", []), ("Apps/App.AddSecret", app + "AddSecret", [("secret", "second")]), ("Apps/App.Deactivate", app + "Deactivate", []), ("Apps/App.Delete", app + "Delete", []),
            ("Apps/App.RemoveSecret", app + "RemoveSecret", [("secret", "first")]), ("Apps/App.RevokeTokens", app + "RevokeTokens", []), ("Apps/App.Save", app + "Save", [("text", "{}")]),
            ("Apps/Index.", "/setup/apps", [("clientId", "new-one"), ("name", "New"), ("kind", "Service"), ("runAs", things["user"])]),
            ("Integrations/BrownOuts.Announce", "/setup/integrations/brown-outs/Announce", [("startsAt", Time(server, 5)), ("endsAt", Time(server, 6)), ("chosen", things["integration"])]),
            ("Integrations/BrownOuts.Cancel", "/setup/integrations/brown-outs/Cancel", [("window", things["brownOut"])]),
            ("Integrations/One.Assign", integration + "Assign", [("owner", "x")]), ("Integrations/One.Close", integration + "Close", [("evenThough", "x")]), ("Integrations/One.Plan", integration + "Plan", []),
            ("Integrations/One.Protect", integration + "Protect", [("isProtected", "true")]), ("Integrations/One.Reopen", integration + "Reopen", []),
            ("Jobs/Index.Cancel", "/setup/jobs?handler=Cancel", [("job", things["job"])]),
            .. new[] { "Freeze", "Deactivate", "ResetPassword", "ResetToken", "RemoveFactors", "EndSessions" }.Select(step => ("People/Confirm.", $"/setup/people/confirm?name={Of("user")}&step={step}", Array.Empty<(string, string)>())),
            ("People/HandOver.", $"/setup/people/hand-over?name={Of("user")}", [("to", mine.Admin.Username)]), ("People/HandOver.", $"/setup/people/hand-over?name={Uri.EscapeDataString(mine.Admin.Username)}", [("to", things["user"])]),
            ("People/ImportJob.Apply", job + "Apply", []), ("People/ImportJob.Cancel", job + "Cancel", []),
            ("People/New.", "/setup/people/new", [("username", "new@mine.test"), ("email", "new@mine.test"), ("lastName", "New"), ("profile", things["profile"])]),
            ("People/User.Activate", user + "Activate", []), ("People/User.Invite", user + "Invite", []), ("People/User.Save", user + "Save", [("email", "x@mine.test"), ("lastName", "x"), ("profile", things["profile"])]),
            ("People/User.Unfreeze", user + "Unfreeze", []), ("People/User.Unlock", user + "Unlock", []),
            ("Policies/Index.Confirm", "/setup/policies?handler=Confirm", [("trial", things["trial"])]), ("Policies/Index.Create", "/setup/policies?handler=Create", [("name", "New"), ("copyOf", things["profile"])]),
            ("Policies/Index.Revert", "/setup/policies?handler=Revert", [("trial", things["trial"])]),
            ("Policies/Profile.Delete", profile + "Delete", []), ("Policies/Profile.Rename", profile + "Rename", [("to", "New")]), ("Policies/Profile.Replay", profile + "Replay", [("json", "{}")]),
            ("Policies/Profile.Review", profile + "Review", [("json", "{}")]), ("Policies/Profile.Review", profile + "Review", [("restore", "1")]), ("Policies/Profile.Save", profile + "Save", [("settings", "{}")]),
            ("Policies/Tests.Delete", "/setup/policies/tests?handler=Delete", [("test", things["test"])]),
            ("Policies/WhatIf.", "/setup/policies/what-if", [("user", things["user"]), ("channel", "Browser")]), ("Policies/WhatIf.", "/setup/policies/what-if", [("user", mine.Admin.Username), ("channel", "Browser"), ("draft", things["draft"])]),
            ("Replay/Index.", "/setup/policies/replay", [("profile", things["profile"]), ("settings", "{}"), ("days", "1")]), ("Replay/Index.Delete", "/setup/policies/replay?handler=Delete", [("id", things["draft"])]),
            ("Replay/Index.", "/setup/policies/replay", [("draft", things["draft"]), ("hasNetworks", "true"), ("networks", "[]"), ("days", "1")]),
            ("Server/Outbox.Retry", "/setup/system/outbox?handler=Retry", [("id", things["system.outbox-retry:id"])]),
            ("SingleSignOn.Activate", "/setup/single-sign-on?handler=Activate", [("name", things["provider"])]), ("SingleSignOn.Deactivate", "/setup/single-sign-on?handler=Deactivate", [("name", things["provider"])]),
            ("SingleSignOn.Test", "/setup/single-sign-on?handler=Test", [("provider", await ProviderIdAsync(theirs))]),
        ];
        // No form is forgotten, also not the next that somebody makes.
        Assert.Equal(Forms().Except(NameNothing), sent.Select(form => form.Form).Distinct().Order(StringComparer.Ordinal));
        var page = await mine.Browser.GetAsync("/setup/policies/organization");
        var wrong = new List<string>();
        foreach (var (form, path, fields) in sent)
        {
            var answer = await mine.Browser.PostAsync(page, path, fields);
            var isRefused = answer.Status == HttpStatusCode.NotFound
                || ShownAgain.Contains(form) && answer.Status == HttpStatusCode.OK && answer.Html.Contains("notice danger", StringComparison.Ordinal);
            if (!isRefused)
                wrong.Add($"{form} {path}: {answer.Status} {answer.Location}");
        }
        Assert.Empty(wrong);
        Assert.Equal(before, await Things.RowsAsync(server, theirs.Org.Id, things));
        // Its owner finds it by the same forms: everything would be refused otherwise.
        Assert.Equal(HttpStatusCode.Found, (await theirs.Browser.PostAsync(await theirs.Browser.GetAsync("/setup/policies/organization"), app + "Deactivate")).Status);
        Assert.NotEqual(before, await Things.RowsAsync(server, theirs.Org.Id, things));
    }

    /// <summary>Every form that a page of the setup takes, as <c>Folder/Page.Handler</c>.</summary>
    static IEnumerable<string> Forms() => typeof(SetupDoor).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(PageModel)) && type.Namespace!.StartsWith("OAuthServer.Features.Setup", StringComparison.Ordinal))
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.Name.StartsWith("OnPost", StringComparison.Ordinal))
            .Select(method => $"{(type.Namespace + "." + type.Name)["OAuthServer.Features.Setup.".Length..^"Model".Length].Replace('.', '/')}.{method.Name["OnPost".Length..^"Async".Length]}"))
        .Order(StringComparer.Ordinal);

    static string Time(TestServer server, int hours) => server.Clock.GetUtcNow().AddDays(5).AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    static async Task<string> ProviderIdAsync(AdminScene scene)
    {
        await using var db = scene.Server.Database.NewContext();
        return db.IdentityProviders.Single(provider => provider.OrgId == scene.Org.Id).Id;
    }
}
