namespace OAuthServer.Configuration;

/// <summary>One thing that is wrong in a configuration file.</summary>
/// <param name="File">The file as it was named by the caller.</param>
/// <param name="Path">Where in it, such as <c>mail.smtp.port</c>, or line and column; empty = the file as a whole.</param>
/// <param name="Message">What is wrong and what to write instead. Never a secret.</param>
public sealed record ConfigError(string File, string Path, string Message)
{
    public override string ToString() => Path.Length == 0 ? $"{File}: {Message}" : $"{File}: {Path}: {Message}";
}

/// <summary>Configuration that cannot be used, with everything that is wrong in it.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ConfigError> Errors { get; } = errors;
}
