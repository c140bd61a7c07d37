namespace OAuthServer.Accounts;

/// <summary>The address behind the QR code that authenticator apps scan.</summary>
public static class OtpAuthUri
{
    /// <summary>
    /// <c>otpauth://totp/issuer:account?secret=…</c>, with the issuer in label and parameter because apps differ in which one they
    /// read. Percent-encoded throughout: many apps show a plus sign as it is.
    /// </summary>
    /// <param name="issuer">Whose account it is; a colon would end the issuer inside the label, so it becomes a dash.</param>
    /// <param name="account">The username.</param>
    /// <param name="secret">The seed in Base32.</param>
    public static string Of(string issuer, string account, string secret)
    {
        var name = Uri.EscapeDataString(issuer.Replace(':', '-'));
        return $"otpauth://totp/{name}:{Uri.EscapeDataString(account)}?secret={secret}&issuer={name}&algorithm=SHA1&digits=6&period=30";
    }
}
