using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People.Import;

/// <summary>What a column of a user would be.</summary>
/// <param name="Field">The column.</param>
/// <param name="From">As it is; null for a new user.</param>
/// <param name="To">As it will be.</param>
public sealed record ImportChange(string Field, string? From, string? To);

/// <summary>A line as it was judged; the content of the job's line.</summary>
/// <param name="Username">Whose it is.</param>
/// <param name="Changes">What changes; none where everything is so already.</param>
/// <param name="Flaws">Why nothing is done; none = it is.</param>
public sealed record ImportLine(string Username, IReadOnlyList<ImportChange> Changes, IReadOnlyList<ImportFlaw> Flaws);

/// <summary>A line, judged against the people there are.</summary>
/// <param name="Row">What it says.</param>
/// <param name="Outcome"><c>made</c>, <c>changed</c>, <c>same</c> or <c>error</c>.</param>
/// <param name="Present">The user there is; null = a new one.</param>
/// <param name="Profile">The profile it will have; null only where there is an error.</param>
/// <param name="ProviderId">The provider of an identity that is to be added; null = none is.</param>
/// <param name="Changes">What changes.</param>
public sealed record JudgedRow(ImportRow Row, string Outcome, User? Present, ProfileFacts? Profile, string? ProviderId, IReadOnlyList<ImportChange> Changes)
{
    public const string Made = "made";
    public const string Changed = "changed";
    public const string Same = "same";
    public const string Error = "error";

    public ImportLine Line => new(Row.Username, Outcome == Error ? [] : Changes, Row.Flaws);
}

/// <summary>
/// Judges lines against the people there are, a batch at a time: who is made, what changes, what is wrong. It changes nothing. The first
/// line of a name or identity counts, every later one is an error.
/// </summary>
public sealed class ImportJudge(string orgId, IReadOnlyList<ProfileFacts> profiles, IReadOnlyDictionary<string, string> providerIds)
{
    readonly Dictionary<string, ProfileFacts> byName = profiles.ToDictionary(profile => profile.Name, StringComparer.Ordinal);
    readonly Dictionary<string, ProfileFacts> byId = profiles.ToDictionary(profile => profile.Id, StringComparer.Ordinal);
    readonly Dictionary<string, int> names = new(StringComparer.Ordinal);
    readonly Dictionary<(string Provider, string Subject, string Format), int> identities = [];

    /// <summary>Looks for what is in the file twice. Every line goes through here once, in order, also those that were done before.</summary>
    public void Note(ImportRow row)
    {
        if (row.Flaws.Count > 0)
            return;
        if (!names.TryAdd(row.NormalizedUsername, row.Line))
            row.Add("username", $"\"{row.Username}\" is in line {names[row.NormalizedUsername]} already.");
        else if (row is { Provider: { } provider, Subject: { } subject } && !identities.TryAdd((provider, subject, row.Format), row.Line))
            row.Add("federationSubject", $"This identity is in line {identities[(provider, subject, row.Format)]} already.");
    }

    /// <summary>Judges a batch.</summary>
    /// <param name="db">Where the people are.</param>
    /// <param name="rows">Noted before.</param>
    /// <param name="isTracked">They are to be changed.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<JudgedRow>> JudgeAsync(ServerDb db, IReadOnlyList<ImportRow> rows, bool isTracked, CancellationToken cancellation)
    {
        var wanted = rows.Where(row => row.Flaws.Count == 0).Select(row => row.NormalizedUsername).ToList();
        var users = isTracked ? db.Users : db.Users.AsNoTracking();
        var present = await users.Where(u => wanted.Contains(u.NormalizedUsername)).ToDictionaryAsync(u => u.NormalizedUsername, StringComparer.Ordinal, cancellation);
        var subjects = rows.Where(row => row is { Flaws.Count: 0, Subject: not null }).Select(row => row.Subject!).Distinct(StringComparer.Ordinal).ToList();
        var ids = providerIds.Values.ToList();
        var held = subjects.Count == 0
            ? []
            : await db.FederatedIdentities.AsNoTracking().Where(i => ids.Contains(i.ProviderId) && subjects.Contains(i.Subject))
                .ToDictionaryAsync(i => (i.ProviderId, i.Subject, i.Format), i => i.UserId, cancellation);
        return [.. rows.Select(row => Judge(row, present.GetValueOrDefault(row.NormalizedUsername), held))];
    }

    JudgedRow Judge(ImportRow row, User? present, Dictionary<(string, string, string), string> held)
    {
        if (row.Flaws.Count > 0)
            return Error(row);
        if (present is not null && present.OrgId != orgId)
        {
            row.Add("username", "is taken on this server; choose another.");
            return Error(row);
        }
        var profile = ProfileOf(row, present);
        CheckNew(row, present);
        CheckAdministrator(row, present, profile);
        var providerId = IdentityOf(row, present, held);
        if (row.Flaws.Count > 0)
            return Error(row);
        var changes = ChangesOf(row, present, profile!);
        if (providerId is not null)
            changes.Add(new("federationSubject", null, $"{row.Subject} ({row.Provider})"));
        return new(row, present is null ? JudgedRow.Made : changes.Count > 0 ? JudgedRow.Changed : JudgedRow.Same, present, profile, providerId, changes);
    }

    static JudgedRow Error(ImportRow row) => new(row, JudgedRow.Error, null, null, null, []);

    ProfileFacts? ProfileOf(ImportRow row, User? present)
    {
        if (row.Profile is null)
            return present is null ? null : byId.GetValueOrDefault(present.ProfileId);
        if (byName.TryGetValue(row.Profile, out var profile))
            return profile;
        row.Add("profile", $"There is no profile \"{row.Profile}\".");
        return null;
    }

    static void CheckNew(ImportRow row, User? present)
    {
        if (present is not null)
            return;
        if (row.Email is null)
            row.Add("email", "is needed for a new user.");
        if (row.Profile is null)
            row.Add("profile", "is needed for a new user.");
    }

    /// <summary>One file must not shut the administrators out: that is done one by one, where it is checked.</summary>
    void CheckAdministrator(ImportRow row, User? present, ProfileFacts? profile)
    {
        if (present is not { Status: UserStatus.Active } || byId.GetValueOrDefault(present.ProfileId) is not { Administrator: true })
            return;
        if (row.Status is UserStatus.Inactive or UserStatus.Frozen)
            row.Add("status", "closes an administrator's account, which no import does; do it on the user's own page.");
        if (profile is { Administrator: false })
            row.Add("profile", "takes administration away, which no import does; do it on the user's own page.");
        else if (profile is not null && profile.Id != present.ProfileId)
            row.Add("profile", "decides how an administrator signs in, which no import does; do it on the user's own page.");
        if (row.BreakGlass is { } breakGlass && breakGlass != present.IsBreakGlass)
            row.Add("breakGlass", "decides how an administrator signs in, which no import does; do it on the user's own page.");
    }

    string? IdentityOf(ImportRow row, User? present, Dictionary<(string, string, string), string> held)
    {
        if (row is not { Provider: { } provider, Subject: { } subject })
            return null;
        if (!providerIds.TryGetValue(provider, out var id))
        {
            row.Add("federationProvider", $"There is no identity provider \"{provider}\".");
            return null;
        }
        if (!held.TryGetValue((id, subject, row.Format), out var owner))
            return id;
        if (owner != present?.Id)
            row.Add("federationSubject", "This identity opens another user's account.");
        return null;
    }

    List<ImportChange> ChangesOf(ImportRow row, User? user, ProfileFacts profile)
    {
        var changes = new List<ImportChange>();
        void Compare(string field, string? from, string? to)
        {
            if (to is not null && (user is null || to != from))
                changes.Add(new(field, user is null ? null : from, to));
        }
        Compare("email", user?.Email, row.Email);
        Compare("firstName", user?.FirstName, row.FirstName);
        Compare("lastName", user?.LastName, row.LastName);
        Compare("profile", user is null ? null : byId.GetValueOrDefault(user.ProfileId)?.Name, row.Profile is null ? null : profile.Name);
        Compare("language", user?.Language, row.Language);
        Compare("timeZone", user?.TimeZone, row.TimeZone);
        Compare("status", Word(user?.Status), Word(row.Status));
        Compare("breakGlass", Word(user?.IsBreakGlass), Word(row.BreakGlass));
        return changes;
    }

    static string? Word<T>(T? value)
        where T : struct => value?.ToString()!.ToLowerInvariant();
}
