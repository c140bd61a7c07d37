using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Tests.Support;

static class FreePort
{
    /// <summary>This one; fails when somebody else listens there.</summary>
    internal static int Only(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return port;
        }
        catch (SocketException problem)
        {
            Assert.Fail($"Port {port} of this machine must be free for this test: {problem.Message}.");
            throw;
        }
    }

    internal static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
