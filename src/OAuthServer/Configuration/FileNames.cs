using System.Globalization;
using System.Text;

namespace OAuthServer.Configuration;

/// <summary>Names of files that anybody can type, each once: they mean nothing to apply, and much to people.</summary>
sealed class FileNames
{
    const int Longest = 80;
    readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>A free name in a folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">What the thing is called.</param>
    internal string Json(string folder, string name)
    {
        var plain = Plain(name);
        for (var number = 1; ; number++)
        {
            var path = number == 1 ? $"{folder}/{plain}.json" : string.Create(CultureInfo.InvariantCulture, $"{folder}/{plain}-{number}.json");
            if (taken.Add(path))
                return path;
        }
    }

    static string Plain(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
                text.Append(c);
            else if (text.Length > 0 && text[^1] != '-')
                text.Append('-');
        }
        var plain = text.ToString()[..Math.Min(text.Length, Longest)].Trim('-');
        return plain.Length == 0 ? "unnamed" : plain;
    }
}
