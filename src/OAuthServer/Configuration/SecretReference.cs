namespace OAuthServer.Configuration;

/// <summary>Where a secret is, written in a file in its stead: <c>env:NAME</c> or <c>file:path</c>.</summary>
static class SecretReference
{
    internal static bool Is(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>The secret; null when it cannot be had, which has been reported then without telling what was written.</summary>
    internal static string? Read(string text, string path, FileReport report)
    {
        if (text.StartsWith("env:", StringComparison.Ordinal))
            return FromEnvironment(text[4..], path, report);
        if (text.StartsWith("file:", StringComparison.Ordinal))
            return FromFile(text[5..], path, report);
        report.Add(path, "holds a secret itself; put the secret elsewhere and write \"env:NAME\" or \"file:path\".");
        return null;
    }

    /// <summary>The file a <c>file:</c> reference names; relative ones begin at the folder of the file they are written in.</summary>
    internal static string PathOf(string text, FileReport report) => Path.GetFullPath(text["file:".Length..], report.Folder);

    static string? FromEnvironment(string name, string path, FileReport report)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            return value;
        report.Add(path, $"the environment variable {name} is not set; set it before starting.");
        return null;
    }

    static string? FromFile(string name, string path, FileReport report)
    {
        var file = Path.GetFullPath(name, report.Folder);
        try
        {
            // Editors and echo end a file with a line break, which is no part of the secret.
            if (File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } value)
                return value;
            report.Add(path, $"the file {file} is empty; write the secret into it.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Add(path, $"the file {file} cannot be read ({problem.GetType().Name}); create it, or correct the path.");
        }
        return null;
    }
}
