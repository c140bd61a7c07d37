using System.Text.Json.Nodes;
using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>Connected apps.</summary>
static class AppStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var declared in state.Declared.Apps)
        {
            var app = state.Apps.TryGetValue(declared.File.ClientId, out var present)
                ? Update(run, state, present, declared)
                : Make(run, state, declared);
            SecretStep.Run(run, app, state.Secrets.FindAll(secret => secret.AppId == app.Id), declared.Secrets);
        }
        foreach (var app in state.Apps.Values.Where(app => !state.Declared.Apps.Exists(declared => declared.File.ClientId == app.ClientId)))
            run.NotDeclared(app, $"app \"{app.ClientId}\" ({SecretStep.LastUse(state.Secrets.Where(secret => secret.AppId == app.Id))})");
    }

    static ConnectedApp Make(ApplyRun run, OrgState state, DeclaredApp declared)
    {
        var app = new ConnectedApp
        {
            Id = RecordId.NewApp(),
            OrgId = state.Org!.Id,
            ClientId = declared.File.ClientId,
            Name = declared.File.Name,
            Settings = "",
            CreatedAt = run.Now,
        };
        Set(app, declared, state);
        run.Db.Add(app);
        run.Made($"app \"{app.ClientId}\"");
        return app;
    }

    static ConnectedApp Update(ApplyRun run, OrgState state, ConnectedApp app, DeclaredApp declared)
    {
        var before = Json(app, state);
        var stored = app.Settings;
        Set(app, declared, state);
        run.Changed($"app \"{app.ClientId}\"", before, Json(app, state));
        if (!run.Changed($"app \"{app.ClientId}\"", ProfileStep.Stored<AppSettings>(stored), ProfileStep.Stored<AppSettings>(app.Settings)))
            app.Settings = stored; // written another way, but the same
        return app;
    }

    static void Set(ConnectedApp app, DeclaredApp declared, OrgState state)
    {
        app.Name = declared.File.Name;
        app.IsActive = declared.File.Active ?? app.IsActive;
        app.RunAsUserId = declared.File.RunAs is { } runAs ? state.Users[References.Normal(runAs)].Id : null;
        app.Settings = SettingsJson.Write(declared.Settings);
    }

    static JsonNode Json(ConnectedApp app, OrgState state) => ApplyRun.Json(new
    {
        app.Name,
        Active = app.IsActive,
        RunAs = app.RunAsUserId is { } id ? state.Users.Values.FirstOrDefault(user => user.Id == id)?.Username ?? id : null,
    });
}
