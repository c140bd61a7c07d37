using OAuthServer.Hosting;

return await CommandLine.RunAsync(args);
