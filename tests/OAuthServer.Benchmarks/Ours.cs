using Microsoft.Extensions.Hosting;
using OAuthServer.Email;
using OAuthServer.Hosting;

namespace OAuthServer.Benchmarks;

/// <summary>The server as it is shipped, on a folder of its own: nothing of it is replaced or switched off.</summary>
static class Ours
{
    internal static async Task<int> RunAsync(string folder, int port)
    {
        await using var app = Server.Build(OptionsFor(folder, port));
        await Server.PrepareAsync(app);
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }

    internal static ServerOptions OptionsFor(string folder, int port) => new()
    {
        Listen = $"http://127.0.0.1:{port}",
        Database = new DatabaseOptions { SqlitePath = Path.Combine(folder, "server.db") },
        MasterKey = new byte[32],
        Mail = new MailOptions { Folder = Path.Combine(folder, "mail") },
    };
}
