namespace OAuthServer.Features.Shared;

/// <summary>Names the texts in LoginTexts.resx: the words for doors, decisions, reasons and rules that every page about logins uses.</summary>
public sealed class LoginTexts;
