using OAuthServer.Configuration;

namespace OAuthServer.Administration;

/// <summary>What the rules of configuration files find wrong in something that was sent.</summary>
static class Flaws
{
    /// <summary>A report for what was sent. It is no file; what is written in it about files begins where the server runs.</summary>
    internal static FileReport Report(List<ConfigError> errors) => new("sent.json", errors);

    /// <summary>The refusal that tells them all.</summary>
    /// <param name="errors">What was found.</param>
    /// <param name="member">The member of the input they were found in; empty for the input itself.</param>
    internal static AdminRefusal.Invalid Of(IReadOnlyList<ConfigError> errors, string member = "") =>
        new([.. errors.Select(error => new AdminFlaw(string.Join('.', new[] { member, error.Path }.Where(part => part.Length > 0)), error.Message))]);
}
