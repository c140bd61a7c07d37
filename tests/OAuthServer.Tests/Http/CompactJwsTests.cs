using System.Buffers.Text;
using System.Text;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

/// <summary>Tokens of strangers are read without believing, and without falling over, anything in them.</summary>
public sealed class CompactJwsTests
{
    [Theory]
    [InlineData("{\"sub\":\"\\ud800\",\"aud\":\"\\udc00\"}")]
    [InlineData("{\"sub\":\"\xff\xfe\",\"aud\":[\"\xff\",null,{}]}")]
    [InlineData("{\"sub\":1,\"aud\":{}}")]
    public void Text_that_is_no_Unicode_is_no_text(string claims)
    {
        Assert.Null(CompactJws.TryParse(Part("{\"alg\":\"\\ud800\"}") + "." + Part(claims) + "."));
        Assert.Null(CompactJws.TryParse(Part("{\"kid\":\"\\ud800\"}") + "." + Part(claims) + "."));
        var jws = CompactJws.TryParse(Part("{}") + "." + Part(claims) + ".")!;
        Assert.Null(CompactJws.Text(jws.Claims, "sub"));
        Assert.False(jws.IsFor("a"));
    }

    [Theory]
    [InlineData("{\"exp\":\"soon\"}")]
    [InlineData("{\"exp\":1e400}")]
    [InlineData("{\"exp\":-1}")]
    [InlineData("{\"exp\":1e300}")]
    [InlineData("{}")]
    public void Times_out_of_any_calendar_are_no_times(string claims) => Assert.Null(CompactJws.TryParse(Part("{}") + "." + Part(claims) + ".")!.Time("exp"));

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"crit\":[]}")]
    [InlineData("{\"b64\":false}")]
    [InlineData("[]")]
    [InlineData("")]
    public void Refuses_header(string header) => Assert.Null(CompactJws.TryParse(Part(header) + "." + Part("{}") + "."));

    static string Part(string text) => Base64Url.EncodeToString(Encoding.Latin1.GetBytes(text));
}
