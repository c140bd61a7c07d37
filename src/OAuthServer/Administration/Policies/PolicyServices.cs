namespace OAuthServer.Administration.Policies;

/// <summary>What administrators do with policy.</summary>
public static class PolicyServices
{
    public static void AddPolicyOperations(this IServiceCollection services)
    {
        services.AddSingleton<AccessCheck>();
        services.AddSingleton<PolicyTestRuns>();
        services.AddSingleton<PolicySaves>();
        Add<ProfileOperations>();
        Add<VersionOperations>();
        Add<NetworkOperations>();
        Add<OrganizationOperations>();
        Add<Trials>();
        Add<PolicyTestOperations>();
        Add<WhatIfOperations>();

        void Add<T>()
            where T : class, IAdminOperations
        {
            services.AddSingleton<T>();
            services.AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<T>());
        }
    }
}
