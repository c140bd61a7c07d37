using System.Collections.Frozen;

namespace OAuthServer.Accounts;

/// <summary>The passwords that are guessed first: a list that comes with the program, so that the check needs no network.</summary>
public static class CommonPasswords
{
    static readonly FrozenSet<string> Known = Load();

    public static int Count => Known.Count;

    /// <summary>True for a listed password in whatever case: attackers try the cases too.</summary>
    public static bool Contains(string password) => Known.Contains(password);

    static FrozenSet<string> Load()
    {
        using var reader = new StreamReader(typeof(CommonPasswords).Assembly.GetManifestResourceStream("CommonPasswords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is missing from the program."));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
