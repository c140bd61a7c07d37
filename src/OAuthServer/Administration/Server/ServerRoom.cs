using OAuthServer.Administration.Audit;
using OAuthServer.Administration.Keys;

namespace OAuthServer.Administration.Server;

/// <summary>What the rooms of the server itself are made of: keys, audit trail, mail, branding, health.</summary>
public static class ServerRoom
{
    public static void AddServerOperations(this IServiceCollection services)
    {
        services.AddOperations<KeyOperations>();
        services.AddOperations<AuditOperations>();
        services.AddOperations<ServerOperations>();
        services.AddOperations<MailOperations>();
        services.AddOperations<BrandingOperations>();
        services.AddOperations<ExportOperations>();
        services.AddSingleton<Rescue>();
    }
}
