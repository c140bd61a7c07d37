namespace OAuthServer.Configuration;

/// <summary>One file being read, and where its errors are collected: reading goes on after each, so that one run tells them all.</summary>
/// <param name="file">The file as the caller named it.</param>
/// <param name="errors">The errors of all files read together.</param>
sealed class FileReport(string file, List<ConfigError> errors)
{
    readonly int before = errors.Count;

    internal string File => file;

    /// <summary>Where relative paths written in the file begin.</summary>
    internal string Folder { get; } = Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>True while nothing wrong was found since this report began.</summary>
    internal bool IsClean => errors.Count == before;

    internal void Add(string path, string message) => errors.Add(new(file, path, message));

    /// <summary>Reports a number outside its bounds.</summary>
    internal void Within(string path, int value, int min, int max)
    {
        if (value < min || value > max)
            Add(path, $"{value} is out of range; use {min} to {max}.");
    }

    /// <summary>Reports a number that is none of the few allowed.</summary>
    internal void OneOf(string path, int value, params ReadOnlySpan<int> allowed)
    {
        if (!allowed.Contains(value))
            Add(path, $"{value} is not allowed; use one of {string.Join(", ", allowed.ToArray())}.");
    }

    /// <summary>Reports entries of a list that are there more than once.</summary>
    internal void NoRepeats<T>(string path, IEnumerable<T> values, IEqualityComparer<T>? comparer = null)
    {
        var seen = new HashSet<T>(comparer);
        foreach (var (index, value) in values.Index())
        {
            if (!seen.Add(value))
                Add($"{path}[{index}]", "is there twice; remove one.");
        }
    }
}
