namespace OAuthServer.Federation.Oidc;

/// <summary>The checks of one answer, in the order they were made. The first that does not hold is its flaw.</summary>
sealed class OidcChecks
{
    const int MostSeen = 300;

    readonly List<AssertionCheck> made = [];

    internal IReadOnlyList<AssertionCheck> Made => made;

    internal AssertionFlaw Flaw => made.Find(check => !check.Holds)?.Against ?? AssertionFlaw.None;

    /// <summary>Notes a check, and returns whether it holds.</summary>
    /// <param name="against">What it guards against.</param>
    /// <param name="holds">There is nothing of the kind.</param>
    /// <param name="seen">What was there, perhaps by a stranger's hand: shortened, and without what would leave its line.</param>
    internal bool Add(AssertionFlaw against, bool holds, string? seen = null)
    {
        made.Add(new(against, holds, seen is null ? null : Line(seen)));
        return holds;
    }

    /// <summary>An answer that stops here.</summary>
    internal ProviderAnswer Refuse(ProviderEntry provider, string? decoded = null) => new() { Provider = provider, Flaw = Flaw, Checks = made, Decoded = decoded };

    static string Line(string text) => string.Concat(text.Take(MostSeen).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)) + (text.Length > MostSeen ? "…" : "");
}
