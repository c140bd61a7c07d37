using OAuthServer.Administration.Jobs;

namespace OAuthServer.Administration.Replay;

/// <summary>Drafts and their replay.</summary>
public static class ReplayServices
{
    public static void AddReplayOperations(this IServiceCollection services)
    {
        services.AddSingleton<IJobKind, ReplayJob>();
        services.AddSingleton<DraftOperations>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<DraftOperations>());
        services.AddSingleton<ReplayOperations>();
        services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<ReplayOperations>());
    }
}
