using System.Buffers.Text;
using System.Security.Cryptography;

namespace OAuthServer.Data;

/// <summary>Random text that nobody can guess: names of rows, secrets of cookies, codes and links.</summary>
public static class RandomId
{
    /// <summary>So many random bytes, base64url.</summary>
    public static string New(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
