namespace OAuthServer.Features.Setup.People;

/// <summary>What of a user is typed, as it is written back into the form.</summary>
public sealed record UserFields(
    string? Email, string? FirstName, string? LastName, string? Language, string? TimeZone, string? Profile, bool BreakGlass, IReadOnlyList<string> Profiles);

/// <summary>What is done to a user after a second look.</summary>
public enum StepKind
{
    Freeze,
    Deactivate,
    ResetPassword,
    ResetToken,
    RemoveFactors,
    EndSessions,
}
