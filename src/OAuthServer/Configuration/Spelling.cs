namespace OAuthServer.Configuration;

/// <summary>Finds what somebody meant to write.</summary>
static class Spelling
{
    /// <summary>The end of a sentence about a word that is not known: a likely correction, or what is allowed.</summary>
    internal static string Advice(string word, IReadOnlyCollection<string> known) =>
        known.Count == 0 ? "there is none yet."
        : known.MinBy(candidate => Distance(word, candidate)) is { } nearest && Distance(word, nearest) <= Math.Max(1, nearest.Length / 3)
            ? $"did you mean \"{nearest}\"?"
            : $"use one of {string.Join(", ", known)}.";

    /// <summary>How many letters must be added, removed, changed or swapped with their neighbour; case does not count.</summary>
    static int Distance(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
                table[i, j] = i == 0 || j == 0 ? i + j : Cell(i, j);
        }
        return table[left.Length, right.Length];

        int Cell(int i, int j)
        {
            var best = Math.Min(table[i - 1, j], table[i, j - 1]) + 1;
            best = Math.Min(best, table[i - 1, j - 1] + (Same(i - 1, j - 1) ? 0 : 1));
            return i > 1 && j > 1 && Same(i - 1, j - 2) && Same(i - 2, j - 1) ? Math.Min(best, table[i - 2, j - 2] + 1) : best;
        }

        bool Same(int i, int j) => char.ToLowerInvariant(left[i]) == char.ToLowerInvariant(right[j]);
    }
}
