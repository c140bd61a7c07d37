using OAuthServer.Accounts;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Accounts;

public sealed class OtpAuthUriTests
{
    [Fact]
    public void The_issuer_stands_in_label_and_parameter() => Assert.Equal(
        "otpauth://totp/Acme:ada%40acme.example?secret=MZXW6YTB&issuer=Acme&algorithm=SHA1&digits=6&period=30",
        OtpAuthUri.Of("Acme", "ada@acme.example", "MZXW6YTB"));

    [Fact]
    public void Everything_is_percent_encoded_and_a_colon_cannot_split_the_issuer() => Assert.Equal(
        "otpauth://totp/M%C3%BCller%20%26%20S%C3%B6hne%20-%20A%2B:a%2Bb%40x.example?secret=MY"
        + "&issuer=M%C3%BCller%20%26%20S%C3%B6hne%20-%20A%2B&algorithm=SHA1&digits=6&period=30",
        OtpAuthUri.Of("Müller & Söhne : A+", "a+b@x.example", "MY"));

    [Fact]
    public async Task The_QR_code_reads_back_as_the_address()
    {
        var uri = OtpAuthUri.Of("Müller & Söhne", "ada+test@acme.example", Base32.Encode(Totp.NewSeed()));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, QrCode.Png(uri), TestContext.Current.CancellationToken);
            Assert.Equal(uri, await Tool.RunAsync("zbarimg", "zbar-tools", "-q", "--raw", file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_drawing_has_no_script_and_no_style()
    {
        var svg = QrCode.Svg(OtpAuthUri.Of("Acme", "ada@acme.example", "MZXW6YTB"));
        Assert.StartsWith("<svg", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href", svg, StringComparison.OrdinalIgnoreCase);
    }
}
