using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>Ten thousand spoilt assertions: nothing in one is the server's mistake, and none opens another account than the honest one names.</summary>
public sealed class AssertionFuzzTests
{
    const int Seed = 20261122;
    const int Count = 10_000;
    const int Pool = 40;

    [Fact]
    public async Task Spoilt_assertions_are_refused_without_errors()
    {
        await using var server = await TestServer.StartAsync();
        using var scene = await BearerScene.NewAsync(server);
        using var tolerant = await BearerScene.NewAsync(server, salesforce: true);
        string[][] honest = [.. new[] { scene, tolerant }.SelectMany(by => new[] { Many(() => by.Key.Sign(by.Claims())), Many(() => by.Honest()) })];
        using var client = server.From(TestServer.Office);
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellation) =>
        {
            var random = new Random(Seed + number);
            var by = number % 2 == 0 ? scene : tolerant;
            var isJwt = random.Next(2) == 0;
            var spoilt = Spoil(honest[(number % 2 * 2) + (isJwt ? 0 : 1)][random.Next(Pool)], isJwt, random);
            var form = new Dictionary<string, string> { ["grant_type"] = isJwt ? BearerScene.JwtBearer : BearerScene.SamlBearer, ["assertion"] = spoilt };
            if (random.Next(2) == 0)
                (form["client_id"], form["client_secret"]) = (by.App.ClientId, by.App.Secret);
            using var response = await client.PostAsync("/services/oauth2/token", new FormUrlEncodedContent(form), cancellation);
            var answer = await Answer.OfAsync(response);
            // White space in a tag, padding at the end: what is signed is as it was.
            if ((int)answer.Status is not (400 or 401 or 413) && !(answer.Status == HttpStatusCode.OK && (await server.RecordAsync(answer)).UserId == by.User.Id))
                failures.Enqueue($"#{number} {(int)answer.Status} {answer.Text}\n{spoilt}");
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Take(3)));
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.Contains("writes failed", StringComparison.Ordinal));
        (await scene.SendHonestAsync()).IsAllowed();
        (await scene.SendSamlAsync(scene.Honest())).IsAllowed();
    }

    static string[] Many(Func<string> make) => [.. Enumerable.Range(0, Pool).Select(_ => make())];

    /// <summary>In the text that is sent, or within what it encodes.</summary>
    static string Spoil(string honest, bool isJwt, Random random)
    {
        if (random.Next(3) == 0)
            return Damaged(honest, random, "=.-_+/%\0ä ");
        if (!isJwt)
            return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Damaged(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(honest)), random, "<>\"'&;\0/!=: \ud83d")));
        var parts = honest.Split('.');
        var part = random.Next(2);
        parts[part] = ClientKey.Part(Damaged(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[part])), random, "{}[]\",:\\\0ue9-."));
        return string.Join('.', parts);
    }

    static string Damaged(string text, Random random, string alphabet)
    {
        var spoilt = new StringBuilder(text);
        for (var times = random.Next(1, 4); times > 0 && spoilt.Length > 2; times--)
        {
            var at = random.Next(spoilt.Length);
            switch (random.Next(5))
            {
                case 0:
                    spoilt[at] = alphabet[random.Next(alphabet.Length)];
                    break;
                case 1:
                    spoilt.Insert(at, alphabet[random.Next(alphabet.Length)]);
                    break;
                case 2:
                    spoilt.Remove(at, Math.Min(random.Next(1, 40), spoilt.Length - at));
                    break;
                case 3:
                    spoilt.Insert(at, spoilt.ToString(random.Next(spoilt.Length / 2), Math.Min(60, spoilt.Length / 2)));
                    break;
                default:
                    spoilt[at] = (char)random.Next(1, 0x250);
                    break;
            }
        }
        return spoilt.ToString();
    }
}
