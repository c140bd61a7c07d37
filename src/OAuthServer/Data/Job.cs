namespace OAuthServer.Data;

/// <summary>Work that takes longer than an answer may: a replay, an import. It goes on where it stopped when the server does.</summary>
public sealed class Job
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    /// <summary><c>replay</c> or <c>import</c>.</summary>
    public required string Kind { get; set; }

    public JobState State { get; set; }

    /// <summary>What to do, as JSON.</summary>
    public required string Input { get; set; }

    /// <summary>How far it is, as its kind counts; it goes on from here.</summary>
    public long Done { get; set; }

    /// <summary>How far there is to go; 0 = not known yet.</summary>
    public long Total { get; set; }

    /// <summary>What has come out so far, as JSON.</summary>
    public string? Result { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Problem { get; set; }

    /// <summary>Who asked for it, for the audit trail: an AuditActor as JSON.</summary>
    public required string Actor { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>
    /// When its worker was last alive; a job whose worker is silent for a minute is taken over. Of one that waits: held since then, until its
    /// file has arrived; null = a worker may take it.
    /// </summary>
    public DateTimeOffset? SeenAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Nobody works on it yet.</summary>
    Waiting,

    Running,

    Done,

    Failed,

    Cancelled,
}

/// <summary>A piece of the file that a job works on.</summary>
public sealed class JobChunk
{
    public required string JobId { get; set; }

    /// <summary>From 0.</summary>
    public int Number { get; set; }

    public required byte[] Bytes { get; set; }
}

/// <summary>One line of what a job found, paged for people.</summary>
public sealed class JobLine
{
    public required string JobId { get; set; }

    /// <summary>Ascending; the line of the file, or the login record's number.</summary>
    public long Number { get; set; }

    /// <summary>What it is counted under, such as <c>refused</c> or <c>error</c>.</summary>
    public required string Outcome { get; set; }

    /// <summary>As JSON.</summary>
    public required string Content { get; set; }
}
