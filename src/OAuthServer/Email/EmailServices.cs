namespace OAuthServer.Email;

/// <summary>Wires this room. The database, the master key and the clock are the host's to register.</summary>
public static class EmailServices
{
    /// <summary>The outbox, its worker and the sender that the options choose.</summary>
    public static IServiceCollection AddEmail(this IServiceCollection services, MailOptions mail)
    {
        services.AddSingleton<IEmailSender>(mail switch
        {
            { Smtp: { } server } => new SmtpSender(server, mail.From),
            { Folder: { } folder } => new FolderSender(folder, mail.From),
            _ => throw new ArgumentException("Mail needs a server or a folder to go to.", nameof(mail)),
        });
        services.AddSingleton<Outbox>();
        services.AddHostedService<OutboxWorker>();
        return services;
    }
}
