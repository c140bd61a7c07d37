namespace OAuthServer.Configuration;

/// <summary>What an apply did, or a plan would do.</summary>
public sealed record ApplyReport
{
    /// <summary>One line per change: <c>+</c> made, <c>~</c> changed, <c>-</c> removed. Never a secret.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>One line (<c>!</c>) for each object that is not in the files and stays: it was not pruned, or cannot be.</summary>
    public required IReadOnlyList<string> Kept { get; init; }

    /// <summary>Secrets made up for a demo. Nobody else knows them: they are shown now or never.</summary>
    public required IReadOnlyList<GeneratedSecret> Generated { get; init; }

    /// <summary>Users that now have a first password: the caller issues their security tokens.</summary>
    public required IReadOnlyList<NewUser> NewUsers { get; init; }

    /// <summary>Users made without a password: the caller invites them to choose one.</summary>
    public required IReadOnlyList<NewUser> WithoutPassword { get; init; }
}

/// <summary>A secret made up for a demo; its text does not show it.</summary>
/// <param name="kind"><c>password</c>, or <c>secret</c> with its name.</param>
/// <param name="owner">A username or a client id.</param>
/// <param name="value">The secret.</param>
public sealed class GeneratedSecret(string kind, string owner, string value)
{
    public string Kind => kind;

    public string Owner => owner;

    public string Value => value;

    public override string ToString() => $"{kind} of {owner}";
}

/// <summary>A user made by this apply.</summary>
public sealed record NewUser(string Id, string OrgId, string ProfileId, string Username, string Email);
