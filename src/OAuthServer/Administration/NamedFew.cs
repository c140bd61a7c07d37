using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Administration;

/// <summary>Names out of a set that may be long: who uses something, whom a step stops.</summary>
/// <param name="First">In the order of their names, at most <see cref="Most"/>.</param>
/// <param name="More">How many more there are.</param>
public sealed record NamedFew(IReadOnlyList<string> First, int More)
{
    /// <summary>So many are named.</summary>
    public const int Most = 20;

    /// <summary>How many there are in all.</summary>
    public int All => First.Count + More;

    /// <summary>The first of them in the order of the alphabet.</summary>
    public static NamedFew Of(IReadOnlyCollection<string> names) => new([.. names.Order(StringComparer.Ordinal).Take(Most)], Math.Max(0, names.Count - Most));

    /// <summary>The first of them in the database's order; the rest is only counted.</summary>
    internal static async Task<NamedFew> OfAsync(IQueryable<string> names, CancellationToken cancellation)
    {
        var first = await names.OrderBy(name => name).Take(Most).ToListAsync(cancellation);
        return new(first, first.Count < Most ? 0 : Math.Max(0, await names.CountAsync(cancellation) - first.Count));
    }
}
