using System.Net;

namespace OAuthServer.Http;

/// <summary>Names of this machine.</summary>
public static class ThisMachine
{
    /// <summary>True for a name or address that only this machine answers to.</summary>
    public static bool IsNamed(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
}
