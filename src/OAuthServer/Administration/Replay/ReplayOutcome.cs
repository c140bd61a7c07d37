using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>What a draft would have made of an attempt, against what was decided then.</summary>
public enum ReplayOutcome
{
    /// <summary>Decided as it was.</summary>
    Unchanged,

    /// <summary>Came in, or was asked for more; would be refused.</summary>
    NewlyRefused,

    /// <summary>Did not come in; would.</summary>
    NewlyAllowed,

    /// <summary>Came in without a security token; would have to append one.</summary>
    NewlyAskedToken,

    /// <summary>Would be asked for a second factor, or for the code that makes a device known.</summary>
    NewlyAskedFactor,

    /// <summary>Would be asked for a new password first.</summary>
    NewlyAskedPassword,

    /// <summary>Was refused and would be, for another reason.</summary>
    RefusedOtherwise,

    /// <summary>Was stopped at a page and would be, but asked for something else there.</summary>
    AskedOtherwise,

    /// <summary>The record does not hold what the draft would turn on.</summary>
    Unknown,
}

/// <summary>What a draft would have made of one attempt.</summary>
/// <param name="Outcome">Against what was decided then.</param>
/// <param name="Note">What is not known, in a sentence; null where all is.</param>
/// <param name="Ruling">The draft's ruling; null where nothing came of it.</param>
sealed record ReplayVerdict(ReplayOutcome Outcome, string? Note, LoginRuling? Ruling)
{
    internal static ReplayVerdict Unchanged { get; } = new(ReplayOutcome.Unchanged, null, null);
}

/// <summary>How many attempts of each outcome.</summary>
public sealed record ReplayCounts
{
    public long Unchanged { get; init; }

    public long NewlyRefused { get; init; }

    public long NewlyAllowed { get; init; }

    public long NewlyAskedToken { get; init; }

    public long NewlyAskedFactor { get; init; }

    public long NewlyAskedPassword { get; init; }

    public long RefusedOtherwise { get; init; }

    public long AskedOtherwise { get; init; }

    public long Unknown { get; init; }

    /// <summary>How many of one outcome.</summary>
    public long this[ReplayOutcome outcome] => outcome switch
    {
        ReplayOutcome.Unchanged => Unchanged,
        ReplayOutcome.NewlyRefused => NewlyRefused,
        ReplayOutcome.NewlyAllowed => NewlyAllowed,
        ReplayOutcome.NewlyAskedToken => NewlyAskedToken,
        ReplayOutcome.NewlyAskedFactor => NewlyAskedFactor,
        ReplayOutcome.NewlyAskedPassword => NewlyAskedPassword,
        ReplayOutcome.RefusedOtherwise => RefusedOtherwise,
        ReplayOutcome.AskedOtherwise => AskedOtherwise,
        ReplayOutcome.Unknown => Unknown,
    };

    internal static ReplayCounts Of(long[] counts) => new()
    {
        Unchanged = counts[(int)ReplayOutcome.Unchanged],
        NewlyRefused = counts[(int)ReplayOutcome.NewlyRefused],
        NewlyAllowed = counts[(int)ReplayOutcome.NewlyAllowed],
        NewlyAskedToken = counts[(int)ReplayOutcome.NewlyAskedToken],
        NewlyAskedFactor = counts[(int)ReplayOutcome.NewlyAskedFactor],
        NewlyAskedPassword = counts[(int)ReplayOutcome.NewlyAskedPassword],
        RefusedOtherwise = counts[(int)ReplayOutcome.RefusedOtherwise],
        AskedOtherwise = counts[(int)ReplayOutcome.AskedOtherwise],
        Unknown = counts[(int)ReplayOutcome.Unknown],
    };
}
