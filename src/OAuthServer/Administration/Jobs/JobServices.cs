namespace OAuthServer.Administration.Jobs;

/// <summary>What runs long work. A kind registers itself as an <see cref="IJobKind"/>.</summary>
public static class JobServices
{
    public static void AddJobOperations(this IServiceCollection services)
    {
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobOperations>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<JobOperations>());
        services.AddSingleton<JobWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<JobWorker>());
    }
}
