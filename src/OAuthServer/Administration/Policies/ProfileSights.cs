using System.Text.Json;

namespace OAuthServer.Administration.Policies;

/// <summary>A part of the list of profiles.</summary>
/// <param name="Limit">How many; 50 unless told, at most 500.</param>
/// <param name="After">The name after which it goes on.</param>
public sealed record ListProfiles(int? Limit = null, string? After = null);

/// <summary>A profile in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that applies.</param>
/// <param name="Administrator">Its people administer the organization.</param>
/// <param name="ApiOnly">Programs only.</param>
/// <param name="UsedBy">How many users have it.</param>
/// <param name="LastUsedAt">The last sign-in it decided; null = none, as far as records go back.</param>
/// <param name="OnTrial">Its last change reverts unless it is confirmed.</param>
public sealed record ProfileLine(string Name, int Version, bool Administrator, bool ApiOnly, int UsedBy, DateTimeOffset? LastUsedAt, bool OnTrial);

/// <summary>A profile by its name.</summary>
public sealed record ProfileName(string Profile);

/// <summary>A profile as it applies.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id, as records of sign-ins name it.</param>
/// <param name="Version">The version that applies.</param>
/// <param name="SavedAt">When that was saved.</param>
/// <param name="SavedBy">By whom.</param>
/// <param name="UsedBy">How many users have it.</param>
/// <param name="LastUsedAt">The last sign-in it decided; null = none, as far as records go back.</param>
/// <param name="Trial">Its last change, while that reverts unless it is confirmed.</param>
/// <param name="Settings">All settings, as a profile file says them.</param>
public sealed record ProfileSight(
    string Name, string Id, int Version, DateTimeOffset SavedAt, string SavedBy, int UsedBy, DateTimeOffset? LastUsedAt, TrialSight? Trial, JsonElement Settings);

/// <summary>A profile to be made.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Settings">As a profile file says them; what is left out has its default.</param>
/// <param name="CopyOf">The profile whose settings it begins with, where none are sent.</param>
public sealed record CreateProfile(string Name, JsonElement? Settings = null, string? CopyOf = null);

/// <summary>All settings of a profile as they should be.</summary>
/// <param name="Profile">Its name.</param>
/// <param name="Settings">As a profile file says them; what is left out has its default.</param>
/// <param name="TrialMinutes">Revert after so long unless confirmed; administrators' profiles are always tried, ten minutes unless told.</param>
/// <param name="IgnoreTests">Also when policy tests fail.</param>
public sealed record SaveProfile(string Profile, JsonElement Settings, int? TrialMinutes = null, bool IgnoreTests = false);

/// <summary>Settings to be looked at before they are saved.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Settings">All of them, as JSON text.</param>
public sealed record PreviewProfile(string Profile, string Settings);

/// <summary>Another name for a profile.</summary>
public sealed record RenameProfile(string Profile, string Name);

/// <summary>What hangs on a profile.</summary>
/// <param name="UsedBy">How many users have it.</param>
/// <param name="HasDecidedLogins">Login records name it, and cannot be understood without it.</param>
/// <param name="NamedBy">The apps, identity providers and policy tests that name it.</param>
public sealed record ProfileImpact(int UsedBy, bool HasDecidedLogins, IReadOnlyList<string> NamedBy);

/// <summary>A part of the list of a profile's versions, the newest first.</summary>
/// <param name="Profile">Its name.</param>
/// <param name="Limit">How many; 50 unless told, at most 500.</param>
/// <param name="After">The version before which it goes on.</param>
public sealed record ListVersions(string Profile, int? Limit = null, string? After = null);

/// <summary>A saved state of a profile.</summary>
/// <param name="Version">Its number.</param>
/// <param name="SavedAt">When.</param>
/// <param name="SavedBy">By whom.</param>
/// <param name="Differences">From the version before, one line each.</param>
public sealed record VersionLine(int Version, DateTimeOffset SavedAt, string SavedBy, IReadOnlyList<string> Differences);

/// <summary>Two versions to be compared.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="From">The one.</param>
/// <param name="To">The other; the one that applies unless told.</param>
public sealed record CompareVersions(string Profile, int From, int? To = null);

/// <summary>What differs between two versions.</summary>
/// <param name="From">The one.</param>
/// <param name="To">The other.</param>
/// <param name="Differences">One line each.</param>
/// <param name="Before">What differs, as the one says it; null where nothing does.</param>
/// <param name="After">The same, as the other says it.</param>
public sealed record VersionDifference(int From, int To, IReadOnlyList<string> Differences, JsonElement? Before, JsonElement? After);

/// <summary>An old version to apply again, as a new one.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Version">The old version.</param>
/// <param name="TrialMinutes">Revert after so long unless confirmed; administrators' profiles are always tried, ten minutes unless told.</param>
/// <param name="IgnoreTests">Also when policy tests fail.</param>
public sealed record RestoreProfile(string Profile, int Version, int? TrialMinutes = null, bool IgnoreTests = false);
