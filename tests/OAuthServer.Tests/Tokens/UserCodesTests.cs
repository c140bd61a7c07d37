using OAuthServer.Tokens;

namespace OAuthServer.Tests.Tokens;

public sealed class UserCodesTests
{
    [Theory]
    [InlineData("WDJB-MJHT", "WDJBMJHT")]
    [InlineData("wdjbmjht", "WDJBMJHT")]
    [InlineData(" wd-jb mj–ht ", "WDJBMJHT")]
    [InlineData("WDJB-MJH", null)]
    [InlineData("WDJB-MJHTT", null)]
    [InlineData("WDJB-MJHA", null)]
    [InlineData("WDJB-MJH1", null)]
    [InlineData("ＷDJB-MJHT", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Case_dashes_and_spaces_do_not_matter_and_all_else_does(string? typed, string? normal) => Assert.Equal(normal, UserCodes.Normalize(typed));

    [Fact]
    public void Text_of_any_length_is_refused_in_time() => Assert.Null(UserCodes.Normalize(new string('-', 1_000_000)));

    [Fact]
    public void A_new_one_can_be_typed_as_it_is_shown() => Assert.NotNull(UserCodes.Normalize(UserCodes.Display(UserCodes.New())));
}
