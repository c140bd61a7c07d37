namespace OAuthServer.Administration.Apps;

/// <summary>What this room is made of.</summary>
public static class AppServices
{
    public static void AddAppOperations(this IServiceCollection services)
    {
        services.AddOperations<AppOperations>();
        services.AddOperations<BuiltInOperations>();
        services.AddOperations<AppSecretOperations>();
    }
}
