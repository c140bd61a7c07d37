using System.Net.Mail;
using OAuthServer.Configuration;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Configuration;

/// <summary>The <c>mail</c> section: a sender, and either a folder or a mail server.</summary>
static class MailSection
{
    internal static MailOptions? Read(MailOptions? section, FileReport report)
    {
        if (section is null)
            return null;
        if (!MailAddress.TryCreate(section.From, out _))
            report.Add("mail.from", "is not a mail address; write one such as \"Sign-in <no-reply@example.com>\".");
        switch (section)
        {
            case { Folder: not null, Smtp: not null }:
                report.Add("mail", "has both folder and smtp; keep one.");
                return null;
            case { Folder: { } folder }:
                if (folder.Length == 0)
                    report.Add("mail.folder", "is empty; name a folder.");
                return section with { Folder = Path.GetFullPath(folder, report.Folder) };
            case { Smtp: { } smtp }:
                return section with { Smtp = Smtp(smtp, report) };
            default:
                report.Add("mail", "has neither folder nor smtp; add one.");
                return null;
        }
    }

    static SmtpOptions Smtp(SmtpOptions smtp, FileReport report)
    {
        if (smtp.Host is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            report.Add("mail.smtp.host", "is not the name of a host; write one such as \"smtp.example.com\".");
        if (smtp.Port is < 1 or > 65535)
            report.Add("mail.smtp.port", $"{smtp.Port} is not a port; use 1 to 65535.");
        if (!smtp.StartTls && smtp.Host is not null && !ThisMachine.IsNamed(smtp.Host))
            report.Add("mail.smtp.startTls", "may be false only for a mail server on this machine; use true.");
        report.Within("mail.smtp.timeoutSeconds", smtp.TimeoutSeconds, 1, 300);
        if (smtp.Username is null != smtp.Password is null)
            report.Add("mail.smtp", "has only one of username and password; write both or neither.");
        return smtp with { Password = smtp.Password is { } reference ? SecretReference.Read(reference, "mail.smtp.password", report) : null };
    }
}
