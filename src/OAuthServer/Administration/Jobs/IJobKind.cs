namespace OAuthServer.Administration.Jobs;

/// <summary>One kind of long work: a replay, an import.</summary>
public interface IJobKind
{
    /// <summary>The word in the row, such as <c>replay</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Works from <see cref="JobRun.Done"/> to the end, and saves at its checkpoints. It may be stopped anywhere and is then run again from
    /// the last checkpoint: on another node, after a killed process. Done when it returns.
    /// </summary>
    /// <exception cref="JobProblemException">It cannot be done; the message is shown to the administrator.</exception>
    Task RunAsync(JobRun run, CancellationToken cancellation);

    /// <summary>A job that is done may be run once more, on its file: else the file goes with the end of the job, as it does with every that fails.</summary>
    bool KeepsFile(JobRun run) => false;
}

/// <summary>A job cannot be done, and why, in a sentence for the administrator who asked for it. Never a secret.</summary>
public sealed class JobProblemException(string message) : Exception(message);

/// <summary>The job is no longer this worker's: it was cancelled, or another node has taken it over. Nothing of the checkpoint was kept.</summary>
sealed class JobLostException() : OperationCanceledException("The job is no longer this worker's.");
