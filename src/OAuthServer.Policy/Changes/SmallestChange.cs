namespace OAuthServer.Policy.Changes;

/// <summary>
/// Answers "what would have to be different for this login to pass?" by asking the policy itself, so the advice can never
/// disagree with the rules. It looks at no more than three changes together: further apart, advice is no help.
/// </summary>
public static class SmallestChange
{
    const int Most = 3;

    static readonly Change[] All = Enum.GetValues<Change>();

    /// <summary>
    /// The fewest changes with which the login passes, in the order to make them; among equally few, those whose hardest
    /// change comes first in <see cref="Change"/>. Empty when it passes as it is; null when no three changes are enough.
    /// </summary>
    public static IReadOnlyList<Change>? Find(LoginFacts facts)
    {
        if (Passes(facts))
        {
            return [];
        }

        for (var size = 1; size <= Most; size++)
        {
            var changes = new Change[size];
            for (var hardest = size - 1; hardest < All.Length; hardest++)
            {
                changes[^1] = All[hardest];
                if (Complete(facts, changes, 0, 0, hardest))
                {
                    return changes;
                }
            }
        }

        return null;
    }

    /// <summary>The facts with one change made; null when there is nothing for it to change.</summary>
    public static LoginFacts? Apply(this Change change, LoginFacts facts) => Edits.Of(change)(facts);

    // Fills the places before the last with easier changes, each made upon those before it, and tries the whole.
    static bool Complete(LoginFacts facts, Change[] changes, int place, int from, int hardest)
    {
        if (place == changes.Length - 1)
        {
            return changes[place].Apply(facts) is { } changed && Passes(changed);
        }

        for (var next = from; next < hardest; next++)
        {
            changes[place] = All[next];
            if (All[next].Apply(facts) is { } changed && Complete(changed, changes, place + 1, next + 1, hardest))
            {
                return true;
            }
        }

        return false;
    }

    static bool Passes(LoginFacts facts) => LoginPolicy.Decide(facts).Decision is LoginDecision.Allow;
}
