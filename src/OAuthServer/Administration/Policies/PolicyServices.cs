namespace OAuthServer.Administration.Policies;

/// <summary>What administrators do with policy.</summary>
public static class PolicyServices
{
    public static void AddPolicyOperations(this IServiceCollection services)
    {
        services.AddSingleton<AccessCheck>();
        services.AddSingleton<PolicyTestRuns>();
        services.AddSingleton<PolicySaves>();
        services.AddOperations<ProfileOperations>();
        services.AddOperations<VersionOperations>();
        services.AddOperations<NetworkOperations>();
        services.AddOperations<OrganizationOperations>();
        services.AddOperations<Trials>();
        services.AddOperations<PolicyTestOperations>();
        services.AddOperations<WhatIfOperations>();
    }
}
