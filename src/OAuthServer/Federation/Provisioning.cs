namespace OAuthServer.Federation;

/// <summary>What a provider's claims mean for an account.</summary>
/// <param name="Username">For a new account; null when no claim gives one.</param>
/// <param name="Email">As the provider has it.</param>
/// <param name="FirstName">As the provider has it.</param>
/// <param name="LastName">As the provider has it.</param>
/// <param name="Profile">The profile's name; null when nothing maps to one.</param>
/// <param name="HasLeft">The claim that says so is there.</param>
public sealed record ProvisionedPerson(string? Username, string? Email, string? FirstName, string? LastName, string? Profile, bool HasLeft);

/// <summary>Reads an account out of claims, by the provider's rules. Pure: the same claims always mean the same.</summary>
public static class Provisioning
{
    const int MostCharacters = 200;

    public static ProvisionedPerson Of(ProvisioningSettings settings, ProviderClaims claims) => new(
        Short(claims.First(settings.Claims.Username)),
        Short(claims.First(settings.Claims.Email)),
        Short(claims.First(settings.Claims.FirstName)),
        Short(claims.First(settings.Claims.LastName)),
        settings.Profiles.FirstOrDefault(claims.Has)?.Profile ?? settings.DefaultProfile,
        settings.LeftWhen is { } left && claims.Has(left));

    // Longer than any honest one: as if it were not there. Half a name could be somebody else's.
    static string? Short(string? text) => text is { Length: <= MostCharacters } && !text.Any(char.IsControl) ? text : null;
}
