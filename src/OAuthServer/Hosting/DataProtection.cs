using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Hosting;

/// <summary>
/// Cookies and other sealed values that leave the server and come back: their keys lie in the database, so that every node
/// reads what another has sealed and a restart signs nobody out, and are encrypted under the master key, so that the
/// database alone seals nothing.
/// </summary>
public static class DataProtection
{
    internal const string Purpose = "data-protection";

    /// <summary>Data Protection over the table <c>data_protection_keys</c>. Needs <see cref="Database"/> and <see cref="MasterKey"/>.</summary>
    public static IServiceCollection AddServerDataProtection(this IServiceCollection services)
    {
        // Without a name the content root would tell applications apart, and two nodes may differ in that.
        services.AddDataProtection().SetApplicationName("OAuthServer");
        services.AddOptions<KeyManagementOptions>().Configure<Database, MasterKey>((options, database, key) =>
        {
            options.XmlRepository = new KeyTable(database);
            options.XmlEncryptor = new KeyXmlEncryptor(key);
        });
        return services;
    }
}

/// <summary>The key ring as rows. Its interface is synchronous, and so is the work: at start, and once in a key's life of ninety days.</summary>
sealed class KeyTable(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        database.ReadAllAsync("SELECT xml FROM data_protection_keys", row => XElement.Parse(row.GetString(0))).GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = database.NewContext();
        var xml = element.ToString(SaveOptions.DisableFormatting);
        db.Database.ExecuteSql($"INSERT INTO data_protection_keys (name, xml) VALUES ({friendlyName}, {xml})");
    }
}

/// <summary>Encrypts the secret part of a key under the master key.</summary>
sealed class KeyXmlEncryptor(MasterKey key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var element = new XElement("sealed", Convert.ToBase64String(key.Protect(DataProtection.Purpose, plain)));
        return new EncryptedXmlInfo(element, typeof(KeyXmlDecryptor));
    }
}

/// <summary>
/// The way back. Made by Data Protection by the name of its type, which is stored with every key: renamed or moved, it
/// would make the stored keys unreadable.
/// </summary>
sealed class KeyXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var key = services.GetRequiredService<MasterKey>();
        return XElement.Parse(Encoding.UTF8.GetString(key.Unprotect(DataProtection.Purpose, Convert.FromBase64String(encryptedElement.Value))));
    }
}
