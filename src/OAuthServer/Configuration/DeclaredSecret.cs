namespace OAuthServer.Configuration;

/// <summary>A secret that a file declares: found behind its reference, or to be generated. Its text shows nothing.</summary>
sealed class DeclaredSecret
{
    const string Generate = "generate";
    readonly string? value;

    DeclaredSecret(string? value) => this.value = value;

    /// <summary>True when nobody knows it yet.</summary>
    internal bool IsGenerated => value is null;

    /// <summary>The secret itself; a bug to ask for when it is to be generated.</summary>
    internal string Value => value ?? throw new InvalidOperationException("A secret to be generated has no value in the files.");

    /// <summary>Reads what a file says; null when that cannot be used, which has been reported then.</summary>
    internal static DeclaredSecret? Read(string text, bool demo, string path, FileReport report)
    {
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
