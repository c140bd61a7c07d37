using OAuthServer.Benchmarks;

// Run by hand: tools/benchmark [--quick] [names of runs]
// The first two words are for the children that this program starts of itself.
return args switch
{
    ["bare", var port] => await Bare.RunAsync(int.Parse(port)),
    ["serve", var folder, var port] => await Ours.RunAsync(folder, int.Parse(port)),
    _ => await Measurement.RunAsync(quick: args.Contains("--quick"), only: [.. args.Where(arg => !arg.StartsWith('-'))]),
};
