using System.Net.Http.Json;

namespace OAuthServer.Tests.Support;

static class Json
{
    internal static HttpContent Of(object body) => JsonContent.Create(body);
}
