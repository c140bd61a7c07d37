namespace OAuthServer.Administration;

/// <summary>How an operation ended, for whichever way it was asked for.</summary>
public abstract record AdminAnswer
{
    private protected AdminAnswer() { }

    /// <summary>The value when it is done; null for everything else, and where there is nothing to say.</summary>
    public abstract object? Result { get; }

    /// <summary>What stood against it; null when it is done.</summary>
    public abstract AdminRefusal? Refusal { get; }

    /// <summary>The version of the thing as it is now, for a caller that will change it (RFC 9110 section 8.8.3); null where there is none.</summary>
    public string? Version { get; init; }
}

/// <summary>How an operation with this result ended. A value or a refusal becomes one by itself.</summary>
public sealed record AdminAnswer<T> : AdminAnswer
{
    AdminAnswer(T? value, AdminRefusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>What came of it; meaningless where there is a refusal.</summary>
    public T? Value { get; }

    public override object? Result => Value;

    public override AdminRefusal? Refusal { get; }

    public static implicit operator AdminAnswer<T>(T value) => new(value, null);

    public static implicit operator AdminAnswer<T>(AdminRefusal refusal) => new(default, refusal);

    /// <summary>Names the version of the thing, so that a caller can change just this one.</summary>
    public AdminAnswer<T> WithVersion(string version) => this with { Version = version };
}

/// <summary>One thing that is wrong in what was sent.</summary>
/// <param name="Path">Where in it, such as <c>settings.lockout.minutes</c>; empty = the whole.</param>
/// <param name="Message">What is wrong and what to send instead. Never a secret.</param>
public sealed record AdminFlaw(string Path, string Message);

/// <summary>Why an operation was not done. Nothing was changed.</summary>
public abstract record AdminRefusal
{
    private AdminRefusal() { }

    /// <summary>There is no such thing in the caller's organization, whether or not another organization has it.</summary>
    /// <param name="Kind">What was looked for, such as <c>user</c>.</param>
    public sealed record NotFound(string Kind) : AdminRefusal;

    /// <summary>What was sent cannot be used; everything that is wrong with it.</summary>
    public sealed record Invalid(IReadOnlyList<AdminFlaw> Flaws) : AdminRefusal
    {
        public Invalid(string path, string message)
            : this([new(path, message)])
        {
        }
    }

    /// <summary>Somebody else has changed it since the caller looked (RFC 9110 section 13.1.1).</summary>
    public sealed record Changed : AdminRefusal;

    /// <summary>It could be done, but must not: what it would break.</summary>
    /// <param name="Type">A word for programs, such as <c>last-administrator</c>.</param>
    /// <param name="Title">What happened, in a sentence.</param>
    /// <param name="Detail">Why, and what to do instead.</param>
    public sealed record Conflict(string Type, string Title, string Detail) : AdminRefusal;
}

/// <summary>A part of a list that may be long.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="Next">What to send as <c>after</c> for the next part; null at the end.</param>
public sealed record AdminPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A file as an answer, written while it is read: CSV, a backup, a folder of configuration.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="WriteAsync">Writes it.</param>
public sealed record AdminFile(string Name, string ContentType, Func<Stream, CancellationToken, Task> WriteAsync);

/// <summary>An input that is a file: the body of the request, or the file named on the command line. An input record has at most one.</summary>
/// <param name="Content">Its bytes, read once.</param>
public sealed record AdminUpload(Stream Content);
