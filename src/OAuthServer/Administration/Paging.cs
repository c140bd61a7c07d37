namespace OAuthServer.Administration;

/// <summary>How long a part of a list may be, and how it is cut: one judgement for every list.</summary>
static class Paging
{
    /// <summary>How many a part holds where nothing is said.</summary>
    internal const int Usual = 50;

    /// <summary>How many it holds at most.</summary>
    internal const int Most = 500;

    internal static int Size(int? limit) => limit ?? Usual;

    /// <summary>What is wrong with a limit; null = nothing.</summary>
    internal static AdminFlaw? FlawOf(int? limit) => limit is < 1 or > Most ? new("limit", $"{limit} is out of range; send 1 to {Most}.") : null;

    /// <summary>The refusal that says it; null = nothing is wrong.</summary>
    internal static AdminRefusal? Refuse(int? limit) => FlawOf(limit) is { } flaw ? new AdminRefusal.Invalid([flaw]) : null;

    /// <summary>An <c>after</c> that no list has named.</summary>
    internal static AdminRefusal NoPlace { get; } = new AdminRefusal.Invalid("after", "is no place in this list; send what the last part named as next.");

    /// <summary>Cuts off the one row more that was read to see whether the list goes on.</summary>
    /// <param name="rows">At most one more than the size.</param>
    /// <param name="limit">As it was asked for.</param>
    /// <param name="placeOf">What names the place after a row.</param>
    internal static (IReadOnlyList<T> Shown, string? Next) Cut<T>(IReadOnlyList<T> rows, int? limit, Func<T, string> placeOf) =>
        rows.Count > Size(limit) ? ([.. rows.Take(Size(limit))], placeOf(rows[Size(limit) - 1])) : (rows, null);
}
