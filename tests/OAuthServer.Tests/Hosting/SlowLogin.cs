using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OAuthServer.Tests.Hosting;

/// <summary>A login of which the server has taken the head and asked for the body (RFC 9110 section 10.1.1): it is surely under way.</summary>
sealed class SlowLogin : IDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly string form;

    SlowLogin(string form) => this.form = form;

    public static async Task<SlowLogin> BeginAsync(Uri server, string form)
    {
        var login = new SlowLogin(form);
        await login.socket.ConnectAsync(IPAddress.Loopback, server.Port);
        await login.socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /services/oauth2/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 100 ", await login.ReadAsync(), StringComparison.Ordinal);
        return login;
    }

    /// <summary>Sends the body; the answer.</summary>
    public async Task<string> FinishAsync()
    {
        using (this)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(form));
            return await ReadAsync();
        }
    }

    async Task<string> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Soon);
        var buffer = new byte[16 * 1024];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }

    public void Dispose() => socket.Dispose();
}
