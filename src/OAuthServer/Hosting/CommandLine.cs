namespace OAuthServer.Hosting;

static class CommandLine
{
    internal static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
