using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Data;

/// <summary>Assertions that count once: on all nodes and over restarts, until they would be refused as expired.</summary>
public static class UsedAssertions
{
    const string ClaimSql = "INSERT INTO used_assertions (id, expires_at) VALUES (@p0, @p1) ON CONFLICT (id) DO NOTHING";

    /// <summary>Uses one up. True for exactly one caller, ever.</summary>
    /// <param name="sql">A batch's session.</param>
    /// <param name="issuer">Who issued it, with the kind of assertion: an id is unique to both.</param>
    /// <param name="id">Its own id.</param>
    /// <param name="until">From then on it is refused anyway.</param>
    public static async ValueTask<bool> ClaimAsync(SqlSession sql, string issuer, string id, DateTimeOffset until) =>
        await sql.ExecuteAsync(
            ClaimSql, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(issuer + "\n" + id))), until.ToUnixTimeMilliseconds()) == 1;
}
