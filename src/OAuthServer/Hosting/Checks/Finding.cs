namespace OAuthServer.Hosting.Checks;

/// <summary>How bad it is.</summary>
enum Level
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but look at it.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Fail,
}

/// <summary>One line of the doctor's: what was looked at, what was found, and what to do.</summary>
sealed record Finding(Level Level, string Subject, string Message)
{
    public override string ToString() => $"{Level.ToString().ToUpperInvariant(),-4}  {Subject}: {Message}";
}

/// <summary>Short ways to say it.</summary>
static class Findings
{
    internal static void Ok(this List<Finding> findings, string subject, string message) => findings.Add(new(Level.Ok, subject, message));

    internal static void Warn(this List<Finding> findings, string subject, string message) => findings.Add(new(Level.Warn, subject, message));

    internal static void Fail(this List<Finding> findings, string subject, string message) => findings.Add(new(Level.Fail, subject, message));
}
