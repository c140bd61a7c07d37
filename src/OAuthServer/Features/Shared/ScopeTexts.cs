namespace OAuthServer.Features.Shared;

/// <summary>Names the texts in ScopeTexts.resx: what a scope lets an app do, as a sentence for the person who is asked.</summary>
public sealed class ScopeTexts;
