using Microsoft.Extensions.Localization;

namespace OAuthServer.Features.Shared;

/// <summary>Scopes in words. One that nobody has put into words is shown as it is: better than to hide it.</summary>
public sealed class ScopeWords(IStringLocalizer<ScopeTexts> texts)
{
    /// <summary>What each scope of a space separated list lets an app do, no sentence twice.</summary>
    public IReadOnlyList<string> Of(string scope) => Of(scope.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What each scope lets an app do.</summary>
    public IReadOnlyList<string> Of(IEnumerable<string> scopes) => [.. scopes.Select(Sentence).Distinct(StringComparer.Ordinal)];

    string Sentence(string scope) => texts[scope] is { ResourceNotFound: false } known ? known : string.Format(null, texts["?"], scope);
}
