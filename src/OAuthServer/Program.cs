using System.CommandLine;
using OAuthServer.Hosting.Commands;

var root = await CommandLine.RootAsync(args.FirstOrDefault());
// The host itself listens for Ctrl-C and SIGTERM, and stops cleanly in its own time.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
