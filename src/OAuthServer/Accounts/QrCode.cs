using QRCoder;

namespace OAuthServer.Accounts;

/// <summary>A text as a QR code, error correction level M.</summary>
public static class QrCode
{
    /// <summary>Plain shapes without script or style, fit to stand inside a page under a strict content security policy.</summary>
    public static string Svg(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(4);
    }

    public static byte[] Png(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var code = new PngByteQRCode(data);
        return code.GetGraphic(6);
    }
}
