using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login.Examples;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>An organization as its files declare it, each part with the file it came from.</summary>
sealed record DeclaredOrg(FileReport Source, OrganizationFile File)
{
    /// <summary>The logo's bytes; null when none is declared.</summary>
    internal byte[]? Logo { get; init; }

    internal List<DeclaredProfile> Profiles { get; } = [];

    internal List<DeclaredUser> Users { get; } = [];

    internal List<DeclaredProvider> Providers { get; } = [];

    internal List<DeclaredApp> Apps { get; } = [];

    internal List<DeclaredTest> Tests { get; } = [];
}

sealed record DeclaredTest(FileReport Source, string Name, ExampleLogin Login);

sealed record DeclaredProfile(FileReport Source, string Name, ProfileSettings Settings);

sealed record DeclaredUser(FileReport Source, UserFile File, DeclaredSecret? Password)
{
    /// <summary>The name users are compared by; one that is no name at all has been reported and stands for itself.</summary>
    internal string NormalizedUsername { get; } = Usernames.Normalize(File.Username) ?? File.Username;
}

/// <summary>An identity provider; its metadata where a file holds them.</summary>
sealed record DeclaredProvider(FileReport Source, ProviderFile File, ProviderSettings Settings, DeclaredSecret? Secret, string? Metadata);

sealed record DeclaredApp(FileReport Source, AppFile File, AppSettings Settings, IReadOnlyList<DeclaredAppSecret> Secrets);

sealed record DeclaredAppSecret(string Name, DeclaredSecret Value, DateTimeOffset? ExpiresAt);
