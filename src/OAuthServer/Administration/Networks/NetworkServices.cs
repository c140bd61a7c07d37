namespace OAuthServer.Administration.Networks;

/// <summary>What the server knows of networks.</summary>
public static class NetworkServices
{
    public static void AddNetworkOperations(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddOperations<NetworkInsightOperations>();
    }
}
