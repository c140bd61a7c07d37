namespace OAuthServer.Administration.Integrations;

/// <summary>What the migration desk is made of.</summary>
static class IntegrationServices
{
    internal static void AddIntegrationOperations(this IServiceCollection services)
    {
        services.AddSingleton<IntegrationCounting>();
        services.AddSingleton<IntegrationStages>();
        services.AddSingleton<BurnDown>();
        services.AddSingleton<IntegrationUpkeep>();
        services.AddSingleton<IntegrationDesk>();
        services.AddSingleton<IntegrationReading>();
        services.AddSingleton<IntegrationPlanning>();
        services.Add<IntegrationOperations>();
        services.Add<MigrationOperations>();
        services.Add<BrownOutOperations>();
    }

    static void Add<T>(this IServiceCollection services)
        where T : class, IAdminOperations
    {
        services.AddSingleton<T>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<T>());
    }
}
