namespace OAuthServer.Features.Setup;

/// <summary>A page in the navigation of the setup, and those that stand beneath it while one of them is open.</summary>
/// <param name="Key">The page's <c>ViewData["Here"]</c>, and the name of its text after <c>Nav.</c></param>
/// <param name="Path">Where it is.</param>
/// <param name="Pages">Beneath it.</param>
public sealed record SetupPage(string Key, string Path, params IReadOnlyList<SetupPage> Pages)
{
    /// <summary>This page or one beneath it is open.</summary>
    public bool Holds(string? here) => Key == here || Pages.Any(page => page.Key == here);
}

/// <summary>The administrators' pages as they are found: a new one is one line here.</summary>
public static class SetupNavigation
{
    public static IReadOnlyList<SetupPage> Pages { get; } =
    [
        new("Home", "/setup"),
        new("SignIns", "/setup/sign-ins"),
        new(
            "Integrations", "/setup/integrations",
            new SetupPage("BrownOuts", "/setup/integrations/brown-outs"),
            new SetupPage("Apps", "/setup/apps")),
        new(
            "People", "/setup/people",
            new SetupPage("Import", "/setup/people/import")),
        new(
            "Policies", "/setup/policies",
            new SetupPage("Networks", "/setup/networks"),
            new SetupPage("WhatIf", "/setup/policies/what-if"),
            new SetupPage("Replay", "/setup/policies/replay"),
            new SetupPage("Tests", "/setup/policies/tests"),
            new SetupPage("Organization", "/setup/policies/organization")),
        new("SingleSignOn", Routes.SetupSingleSignOn),
        new(
            "System", "/setup/system",
            new SetupPage("Keys", "/setup/system/keys"),
            new SetupPage("Audit", "/setup/system/audit"),
            new SetupPage("Outbox", "/setup/system/outbox"),
            new SetupPage("Jobs", "/setup/jobs"),
            new SetupPage("Branding", "/setup/system/branding")),
    ];
}
