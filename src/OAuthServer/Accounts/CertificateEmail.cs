using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>A certificate on which single sign-on rests is about to end, or has ended.</summary>
static class CertificateEmail
{
    internal static Mail Compose(User to, PublicUrl server, string provider, string subject, bool isOurs, DateTimeOffset notAfter, DateTimeOffset now) => AccountMail.Compose(
        to, server, notAfter <= now ? "A single sign-on certificate has ended" : "A single sign-on certificate is about to end",
        $"{(isOurs ? "This server's certificate for" : "The last certificate of")} {OneLine(provider)} {(notAfter <= now ? "ended" : "ends")} on {AccountMail.Time(notAfter)}.",
        isOurs
            ? "Import this server's metadata at the provider once more: its next certificate is in them."
            : "Providers usually change it before then; have the next one ready: ask whoever runs the provider for it. Where the provider's metadata are fetched from an address, it is enough that they announce it; where they came as a file, apply the new file.",
        $"Certificate: {OneLine(subject)}",
        server.At("/setup/single-sign-on"));

    static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
