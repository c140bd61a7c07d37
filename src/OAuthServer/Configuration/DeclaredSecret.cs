namespace OAuthServer.Configuration;

/// <summary>A secret that a file declares: found behind its reference, or to be generated. Its text shows nothing.</summary>
sealed class DeclaredSecret
{
    const string Generate = "generate";
    readonly string? value;

    DeclaredSecret(string? value) => this.value = value;

    /// <summary>What an export writes: whatever the database holds stays, and what it does not hold is named.</summary>
    internal const string Keep = "keep";

    /// <summary>True for one that stays as it is.</summary>
    internal bool IsKept { get; private init; }

    /// <summary>True when nobody knows it yet.</summary>
    internal bool IsGenerated => value is null && !IsKept;

    /// <summary>The secret itself; a bug to ask for when it is to be generated.</summary>
    internal string Value => value ?? throw new InvalidOperationException("A secret to be generated has no value in the files.");

    /// <summary>Reads what a file says; null when that cannot be used, which has been reported then.</summary>
    internal static DeclaredSecret? Read(string text, bool demo, string path, FileReport report, bool mayKeep = false)
    {
        if (mayKeep && text == Keep)
            return new(null) { IsKept = true };
        if (SecretReference.Is(text))
            return SecretReference.Read(text, path, report) is { } found ? new(found) : null;
        if (demo && text.Length > 0)
            return new(text == Generate ? null : text);
        report.Add(path, text == Generate
            ? "is generated only where organization.json says \"demo\": true; write \"env:NAME\" or \"file:path\"."
            : "holds a secret itself; put the secret elsewhere and write \"env:NAME\" or \"file:path\".");
        return null;
    }

    public override string ToString() => "(secret)";
}
