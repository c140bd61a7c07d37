using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OAuthServer.Features.Shared;

namespace OAuthServer.Tests.Features.Pages;

/// <summary>The texts of pages, held by reading the source: every language has them all, and what is shown is there.</summary>
public sealed partial class TextsTests
{
    static readonly string Features = Path.GetFullPath(Path.Combine(Here(), "../../../../src/OAuthServer/Features"));

    [Fact]
    public void Every_language_has_every_text_with_the_same_gaps_to_fill()
    {
        Assert.NotEmpty(EnglishFiles());
        foreach (var english in EnglishFiles())
        {
            var texts = Read(english);
            foreach (var language in PageLanguage.Supported.Skip(1))
            {
                var translated = Read(Path.ChangeExtension(english, $".{language.Name}.resx"));
                Assert.Equal(texts.Keys.Order(StringComparer.Ordinal), translated.Keys.Order(StringComparer.Ordinal));
                Assert.All(texts, text => Assert.True(Gaps(text.Value).SequenceEqual(Gaps(translated[text.Key])), $"{english}: {text.Key} in {language.Name}"));
            }
        }
    }

    [Fact]
    public void Every_text_that_is_shown_is_written()
    {
        var shared = Read(Path.Combine(Features, "Shared", "SharedTexts.resx"));
        foreach (var file in Directory.GetFiles(Features, "*.cshtml*", SearchOption.AllDirectories))
        {
            var own = EnglishFiles().Where(texts => Path.GetDirectoryName(texts) == Path.GetDirectoryName(file)).SelectMany(Read).Select(text => text.Key).ToHashSet(StringComparer.Ordinal);
            foreach (Match use in Uses().Matches(File.ReadAllText(file)))
                Assert.True(use.Groups["shared"].Success ? shared.ContainsKey(use.Groups["key"].Value) : own.Contains(use.Groups["key"].Value), $"{file}: {use.Value}");
        }
    }

    static List<string> EnglishFiles() => [.. Directory.GetFiles(Features, "*.resx", SearchOption.AllDirectories).Where(file => !Path.GetFileNameWithoutExtension(file).Contains('.', StringComparison.Ordinal))];

    static Dictionary<string, string> Read(string file) =>
        XDocument.Load(file).Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    static IEnumerable<string> Gaps(string text) => Gap().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\{\d+\}", RegexOptions.None, 5000)]
    private static partial Regex Gap();

    [GeneratedRegex(@"\b(?<shared>Shared)?Texts\[""(?<key>\w+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Uses();
}
