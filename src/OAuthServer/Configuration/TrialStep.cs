using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>
/// Changes of administrators that are on trial. What files declare holds from the apply on, and no timer takes it back: so an apply ends the
/// trial of whatever it writes, and of whatever its files want that would go when the trial reverts. Of the trial itself nothing stays but
/// what the files say as well, because nobody has confirmed it. A trial of something the files leave alone goes on.
/// </summary>
static class TrialStep
{
    /// <summary>The first step: the others compare with what is there without the trials that end.</summary>
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var trial in state.Trials)
        {
            switch (trial.Kind)
            {
                case "profile" when state.Profiles.Values.FirstOrDefault(profile => profile.Id == trial.ObjectId) is { } profile
                    && state.Declared.Profiles.Find(declared => declared.Name == profile.Name) is { } declared:
                    End(run, state, trial, profile.Name, $"profile \"{profile.Name}\"", isKept: SettingsJson.Write(declared.Settings) == trial.After);
                    break;
                case "organization":
                    End(run, state, trial, "organization", "organization", isKept: Declared(state) == SettingsJson.Read<OrganizationSwitches>(trial.After));
                    break;
                case "networks":
                    RunNetworks(run, state, trial);
                    break;
            }
        }
    }

    /// <summary>Files without prune declare some of the networks only: the others become again what they were.</summary>
    static void RunNetworks(ApplyRun run, OrgState state, TrialChange trial)
    {
        var declared = state.Declared.File.TrustedNetworks.Select(entry => new NetworkRange(entry.Name, entry.Range)).ToHashSet();
        var live = state.Networks.DistinctBy(row => new NetworkRange(row.Name, row.Range)).ToDictionary(row => new NetworkRange(row.Name, row.Range));
        var before = SettingsJson.Read<IReadOnlyList<NetworkRange>>(trial.Before);
        var after = SettingsJson.Read<IReadOnlyList<NetworkRange>>(trial.After);
        if (declared.IsSubsetOf(live.Keys) && declared.IsSubsetOf(before) && !(run.Prune && live.Keys.Except(declared).Any()))
            return;
        var added = after.Except(before).Except(declared).Where(live.ContainsKey).ToList();
        var removed = before.Except(after).Except(declared).Except(live.Keys).ToList();
        End(run, state, trial, "networks", "trusted networks", isKept: added.Count == 0 && removed.Count == 0);
        foreach (var row in added.Select(network => live[network]))
        {
            run.Removed(row, $"trusted network \"{row.Name}\" {row.Range} of {state.Name}: it was there on trial only");
            state.Networks.Remove(row);
        }
        foreach (var network in run.Prune ? [] : removed)
        {
            var row = new TrustedNetwork { OrgId = state.Org!.Id, Name = network.Name, Range = network.Range };
            run.Db.Add(row);
            state.Networks.Add(row);
            run.Made($"trusted network \"{row.Name}\" {row.Range} of {state.Name}: it was gone on trial only");
        }
    }

    static void End(ApplyRun run, OrgState state, TrialChange trial, string name, string label, bool isKept)
    {
        if (isKept)
            trial.ConfirmedAt = run.Now;
        else
            trial.RevertedAt = run.Now;
        run.Db.Audit(trial.OrgId, trial.Kind, trial.ObjectId, name, after: new { TrialEnded = isKept ? "The files keep it." : "The files say otherwise." });
        run.Changed($"{label} of {state.Name}: the change by {trial.SavedBy} is no longer on trial (until {trial.RevertsAt:yyyy-MM-dd HH:mm:ss} UTC); {(isKept ? "the files keep it" : "the files say otherwise")}");
    }

    static OrganizationSwitches Declared(OrgState state)
    {
        var file = state.Declared.File;
        return new(file.PasswordGrantEnabled, file.SoapLoginEnabled, file.SsoRequiredByDefault, file.DisclosesMissingToken) { BuiltInApps = file.BuiltInApps };
    }
}
