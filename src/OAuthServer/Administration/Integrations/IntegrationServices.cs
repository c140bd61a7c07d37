namespace OAuthServer.Administration.Integrations;

/// <summary>What the migration desk is made of.</summary>
static class IntegrationServices
{
    internal static void AddIntegrationOperations(this IServiceCollection services)
    {
        services.AddSingleton<IntegrationCounting>();
        services.AddSingleton<IntegrationScoring>();
        services.AddSingleton<IntegrationStages>();
        services.AddSingleton<BurnDown>();
        services.AddSingleton<IntegrationUpkeep>();
        services.AddSingleton<IntegrationDesk>();
        services.AddSingleton<IntegrationReading>();
        services.AddSingleton<IntegrationPlanning>();
        services.AddOperations<IntegrationOperations>();
        services.AddOperations<MigrationOperations>();
        services.AddOperations<BrownOutOperations>();
    }
}
