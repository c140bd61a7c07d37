namespace OAuthServer.Administration.Apps;

/// <summary>What this room is made of.</summary>
public static class AppServices
{
    public static void AddAppOperations(this IServiceCollection services)
    {
        services.AddSingleton<AppOperations>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<AppOperations>());
        services.AddSingleton<AppSecretOperations>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<AppSecretOperations>());
    }
}
