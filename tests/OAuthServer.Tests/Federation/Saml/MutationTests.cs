using System.Text;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>Whatever becomes of an honest answer on its way: it is refused, or it names whom it named. Never an exception.</summary>
public sealed class MutationTests
{
    const int Rounds = 2000;

    public static TheoryData<bool> Signed => [true, false];

    [Theory]
    [MemberData(nameof(Signed))]
    public void Changed_octets_never_name_somebody_else(bool response)
    {
        var honest = Encoding.UTF8.GetBytes(response ? SignedResponse : SignedAssertion);
        var dice = new Dice(response ? 1u : 2u);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var changed = Change(honest, dice);
            var reading = SamlResponses.Read(Convert.ToBase64String(changed), Expected);
            if (reading.Assertion is null)
            {
                Assert.NotEqual(AssertionFlaw.None, reading.Flaw);
                refused++;
                continue;
            }
            Assert.True(reading.Assertion.Subject.Value == Alice && reading.Assertion.Id == "_assertion" && reading.Assertion.Issuer == Idp, Convert.ToBase64String(changed));
            Assert.Equal(["sales", "emea & more"], reading.Assertion.Attributes["groups"]);
        }
        Assert.True(refused > Rounds / 2, $"{refused}");
    }

    static byte[] Change(byte[] honest, Dice dice)
    {
        var octets = honest.ToList();
        for (var times = 1 + dice.Next(3); times > 0; times--)
        {
            var at = dice.Next(octets.Count);
            switch (dice.Next(5))
            {
                case 0:
                    octets[at] ^= (byte)(1 << dice.Next(8));
                    break;
                case 1:
                    octets[at] = (byte)"<>&\"'/ !-a\0\r\n"[dice.Next(13)];
                    break;
                case 2:
                    octets.RemoveRange(at, Math.Min(1 + dice.Next(40), octets.Count - at));
                    break;
                case 3:
                    octets.InsertRange(at, honest[dice.Next(honest.Length)..].Take(1 + dice.Next(400)));
                    break;
                default:
                    octets.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[dice.Next(Pieces.Length)]));
                    break;
            }
        }
        return [.. octets];
    }

    static readonly string[] Pieces = ["<!-- -->", "<?x y?>", "<x/>", "&#65;", "<![CDATA[a]]>", " ", "\r", " ID=\"_assertion\"", $"<saml:NameID>{Victim}</saml:NameID>", " xmlns=\"urn:x\""];

    /// <summary>The same throws each time, so that a failure can be seen again (xorshift).</summary>
    sealed class Dice(uint seed)
    {
        uint state = seed * 2654435761;

        internal int Next(int below)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (int)(state % (uint)below);
        }
    }
}
