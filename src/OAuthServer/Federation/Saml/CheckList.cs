namespace OAuthServer.Federation.Saml;

/// <summary>The checks as they are made.</summary>
sealed class CheckList
{
    const int MostSeen = 512;
    readonly List<AssertionCheck> made = [];

    internal IReadOnlyList<AssertionCheck> Made => made;

    /// <summary>The first that does not hold.</summary>
    internal AssertionFlaw Flaw => made.Find(check => !check.Holds)?.Against ?? AssertionFlaw.None;

    internal bool Check(AssertionFlaw against, bool holds, string? seen = null)
    {
        made.Add(new(against, holds, seen is { Length: > MostSeen } ? seen[..MostSeen] : seen));
        return holds;
    }

    /// <summary>The outcome of a stage that looks for several flaws in this order and stops at the first.</summary>
    internal bool Stage(AssertionFlaw found, string? seen, params ReadOnlySpan<AssertionFlaw> order)
    {
        foreach (var flaw in order)
        {
            if (flaw == found)
                return Check(flaw, holds: false, seen);
            Check(flaw, holds: true, seen);
        }
        return found == AssertionFlaw.None || Check(found, holds: false, seen);
    }
}
