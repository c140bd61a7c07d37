namespace OAuthServer.Features.Soap;

/// <summary>What the SOAP door is made of.</summary>
public static class SoapServices
{
    public static void AddSoap(this IServiceCollection services)
    {
        services.AddSingleton<LoginCall>();
        services.AddSingleton<SoapSessions>();
        services.AddSingleton<SessionCalls>();
        services.AddSingleton<PasswordCalls>();
        services.AddSingleton<SoapDoor>();
    }
}
