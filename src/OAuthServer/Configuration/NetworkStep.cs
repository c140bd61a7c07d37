using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>Trusted networks. One is its name and its range together: a changed range is a new network and an old one.</summary>
static class NetworkStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        var declared = state.Declared.File.TrustedNetworks;
        foreach (var entry in declared.Where(entry => !state.Networks.Exists(network => Is(network, entry))))
        {
            run.Db.Add(new TrustedNetwork { OrgId = state.Org!.Id, Name = entry.Name, Range = entry.Range });
            run.Made($"trusted network {Label(entry.Name, entry.Range, state)}");
        }
        foreach (var network in state.Networks.Where(network => !declared.Any(entry => Is(network, entry))))
            run.NotDeclared(network, $"trusted network {Label(network.Name, network.Range, state)}");
    }

    static bool Is(TrustedNetwork network, TrustedNetworkEntry entry) => network.Name == entry.Name && network.Range == entry.Range;

    static string Label(string name, string range, OrgState state) => $"\"{name}\" {range} of {state.Name}";
}
