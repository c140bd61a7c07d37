using OAuthServer.Administration.Audit;
using OAuthServer.Administration.Keys;

namespace OAuthServer.Administration.Server;

/// <summary>What the rooms of the server itself are made of: keys, audit trail, mail, branding, health.</summary>
public static class ServerRoom
{
    public static void AddServerOperations(this IServiceCollection services)
    {
        Add<KeyOperations>(services);
        Add<AuditOperations>(services);
        Add<ServerOperations>(services);
        Add<MailOperations>(services);
        Add<BrandingOperations>(services);
        Add<ExportOperations>(services);
        services.AddSingleton<Rescue>();
    }

    static void Add<T>(IServiceCollection services)
        where T : class, IAdminOperations
    {
        services.AddSingleton<T>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<T>());
    }
}
