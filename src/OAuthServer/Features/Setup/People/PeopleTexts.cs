namespace OAuthServer.Features.Setup.People;

/// <summary>Names the texts in PeopleTexts.resx.</summary>
public sealed class PeopleTexts;
