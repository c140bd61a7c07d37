using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OAuthServer.Tests.Hosting;

/// <summary>A request as bytes, to be spoilt before it is sent.</summary>
sealed class FuzzRequest(string method, string target, string? contentType, string body)
{
    static readonly TimeSpan InTime = TimeSpan.FromSeconds(10);

    public string Method { get; set; } = method;

    public string Target { get; set; } = target;

    /// <summary>Host, type, length and the end of the connection are added when it is sent.</summary>
    public List<(string Name, string Value)> Headers { get; } = contentType is null ? [] : [("Content-Type", contentType)];

    public byte[] Body { get; set; } = Encoding.Latin1.GetBytes(body);

    /// <summary>Replaces the header that says how long the body is.</summary>
    public string? Framing { get; set; }

    /// <summary>The caller goes away after so many bytes of the body; then no answer is owed.</summary>
    public int? HangsUpAfter { get; set; }

    public string Text
    {
        get => Encoding.Latin1.GetString(Body);
        set => Body = Encoding.Latin1.GetBytes(value);
    }

    public void Replace(string header, string value)
    {
        Headers.RemoveAll(h => h.Name == header);
        Headers.Add((header, value));
    }

    public byte[] ToBytes()
    {
        var head = new StringBuilder(Method).Append(' ').Append(Target).Append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        foreach (var (name, value) in Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        head.Append(Framing ?? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}")).Append("\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body.AsSpan(0, Math.Min(Body.Length, HangsUpAfter ?? Body.Length))];
    }

    /// <summary>Sends it and returns the answer, empty when the server closed without one; throws when it takes too long.</summary>
    public async Task<string> SendAsync(Uri server)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(InTime);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, limit.Token);
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            for (ReadOnlyMemory<byte> rest = ToBytes(); rest.Length > 0;)
                rest = rest[await socket.SendAsync(rest, limit.Token)..];
            if (HangsUpAfter is not null)
                socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
                answer.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // A server that refuses a body may close before it has read all of it.
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public override string ToString()
    {
        var text = Encoding.Latin1.GetString(ToBytes());
        return string.Concat((text.Length > 3000 ? text[..3000] : text).Select(c => c is '\n' or (>= ' ' and < '\x7f') ? c.ToString() : $"\\x{(int)c:x2}"));
    }
}
