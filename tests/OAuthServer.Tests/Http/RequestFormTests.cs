using System.Text;
using Microsoft.AspNetCore.Http;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

/// <summary>Parameters are read once and strictly.</summary>
public sealed class RequestFormTests
{
    const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("a=b", "b")]
    [InlineData("a=b&c=d&&", "b")]
    [InlineData("a=%62+c%2B", "b c+")]
    [InlineData("a=%F0%9F%98%80", "😀")]
    [InlineData("a=&a=b", "b")] // a parameter without a value counts as omitted
    [InlineData("a=", null)]
    [InlineData("a", null)]
    [InlineData("A=b", null)]
    [InlineData("a=b=c", "b=c")]
    public async Task Reads(string body, string? expected)
    {
        var (form, error) = await ReadAsync(body);
        Assert.Null(error);
        Assert.Equal(expected, form!["a"]);
    }

    [Theory]
    [InlineData("a=1&a=2")]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%00")]
    [InlineData("a\0=b")]
    [InlineData("%00=b")]
    [InlineData("a=%ff%fe")]
    [InlineData("a=%c0%80")] // overlong
    [InlineData("a=%ed%a0%80")] // a surrogate
    public async Task Refuses(string body) => Assert.Equal("invalid_request", (await ReadAsync(body)).Error?.Error);

    [Fact]
    public async Task Bounds_what_it_takes()
    {
        Assert.Null((await ReadAsync(Parameters(64))).Error);
        Assert.Equal(400, (await ReadAsync(Parameters(65))).Error?.Status);
        Assert.Equal(400, (await ReadAsync(new string('n', 129) + "=1")).Error?.Status);
        Assert.Null((await ReadAsync("a=" + new string('v', 64 * 1024))).Error);
        Assert.Equal(400, (await ReadAsync("a=" + new string('v', 64 * 1024 + 1))).Error?.Status);
        Assert.Equal(413, (await ReadAsync("a=b&" + new string('&', 128 * 1024))).Error?.Status);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", true)]
    [InlineData("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true)]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1", false)]
    [InlineData("application/json", false)]
    [InlineData("text/plain", false)]
    [InlineData("", false)]
    public async Task Takes_bodies_of_its_own_type(string type, bool taken) => Assert.Equal(taken ? null : 415, (await ReadAsync("a=b", type)).Error?.Status);

    [Fact]
    public async Task Query_and_body_are_one_form_and_a_parameter_in_both_is_repeated()
    {
        var (form, _) = await ReadAsync("a=1", query: "?b=2");
        Assert.True(form!.UsesQuery);
        Assert.Equal("2", form["b"]);
        Assert.NotNull((await ReadAsync("a=1", query: "?a=1")).Error);
    }

    static string Parameters(int count) => string.Join('&', Enumerable.Range(0, count).Select(i => $"p{i}=1"));

    static ValueTask<(RequestForm? Form, OAuthError? Error)> ReadAsync(string body, string type = Form, string query = "")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = type;
        context.Request.QueryString = new(query);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return RequestForm.ReadAsync(context);
    }
}
