using OAuthServer.Features.SelfService;

namespace OAuthServer.Tests.Features.SelfService;

public sealed class MaskedAddressTests
{
    [Theory]
    [InlineData("ada@mail.example", "a***@mail.example")]
    [InlineData("a@b", "a***@b")]
    [InlineData("@b", "***")]
    [InlineData("nobody", "***")]
    [InlineData("\"a@b\"@mail.example", "\"***@mail.example")]
    public void Addresses_are_masked(string address, string masked) => Assert.Equal(masked, MaskedAddress.Of(address));
}
