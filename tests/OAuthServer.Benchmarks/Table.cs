using System.Text;

namespace OAuthServer.Benchmarks;

/// <summary>The results as a Markdown table: medians over the rounds.</summary>
sealed class Table
{
    readonly List<(Run Run, List<LoadResult> Results)> lines = [];

    /// <summary>Answers that were not 2xx, and connections that broke.</summary>
    internal long Failures { get; private set; }

    /// <param name="run">What was asked.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="counts">False while warming up: then only failures count.</param>
    internal void Add(Run run, LoadResult result, bool counts)
    {
        Failures += result.Errors;
        if (result.Errors > 0)
            Console.Error.WriteLine($"FAILURE: {run.Name}: {result.Errors} answers were not 2xx or did not come.");
        if (!counts)
            return;
        if (lines.Find(line => line.Run.Name == run.Name) is { Run: not null } known)
            known.Results.Add(result);
        else
            lines.Add((run, [result]));
    }

    public override string ToString()
    {
        var text = new StringBuilder()
            .AppendLine("| | requests/s | p50 ms | p99 ms | CPU µs/request | of | ratio | by CPU time | aim |")
            .AppendLine("|---|---:|---:|---:|---:|---|---:|---:|---:|");
        foreach (var (run, results) in lines)
        {
            text.Append($"| {run.Name} | {Median(results, r => r.PerSecond):#,0.#} | {Median(results, r => r.P50):0.00} | {Median(results, r => r.P99):0.00} | {Median(results, r => r.CpuMicroseconds):0} ");
            if (run.Yardstick is { } yardstick)
            {
                var bare = lines.Single(line => line.Run.Name == yardstick).Results;
                var ratio = MedianRatio(results, bare, (ours, theirs) => ours.PerSecond / theirs.PerSecond);
                var byCpu = MedianRatio(results, bare, (ours, theirs) => theirs.CpuMicroseconds / ours.CpuMicroseconds);
                text.AppendLine($"| {yardstick} | {ratio:0} % | {byCpu:0} % | {(ratio >= run.Aim ? "≥" : "**missed:**")} {run.Aim} % |");
            }
            else
            {
                text.AppendLine("| | | | |");
            }
        }
        return text.Append($"\nAnswers that were not 2xx or did not come: {Failures}").ToString();
    }

    /// <summary>Of each round's ratio; processor time says the same on a machine that others use too.</summary>
    static double MedianRatio(List<LoadResult> ours, List<LoadResult> bare, Func<LoadResult, LoadResult, double> of) =>
        100 * ours.Zip(bare, of).Order().ElementAt(ours.Count / 2);

    static double Median(List<LoadResult> results, Func<LoadResult, double> of) => results.Select(of).Order().ElementAt(results.Count / 2);
}
