using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.People.Import;

namespace OAuthServer.Administration.People;

/// <summary>What the room of people is made of.</summary>
public static class PeopleServices
{
    public static void AddPeopleOperations(this IServiceCollection services)
    {
        services.AddSingleton<UserSights>();
        services.AddSingleton<UserImpacts>();
        services.AddSingleton<UserChanges>();
        services.AddSingleton<LastWayIn>();
        services.AddSingleton<GivenPasswords>();
        services.AddOperations<UserListOperations>();
        services.AddOperations<UserOperations>();
        services.AddOperations<UserStatusOperations>();
        services.AddOperations<UserCredentialOperations>();
        services.AddOperations<LeaverOperations>();
        services.AddOperations<ImportOperations>();
        services.AddSingleton<IJobKind, UserImport>();
    }
}
