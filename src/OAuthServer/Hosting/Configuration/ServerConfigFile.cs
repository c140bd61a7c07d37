using OAuthServer.Configuration;
using OAuthServer.Email;
using OAuthServer.Hosting.Tls;

namespace OAuthServer.Hosting.Configuration;

/// <summary>
/// Reads config/server.json into <see cref="ServerOptions"/>: all of it checked, every reference resolved, every relative path
/// taken from the folder of the file itself, so that it does not matter where the server was started from.
/// </summary>
public static class ServerConfigFile
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mayMakeKey">A master key file that does not exist yet is made; otherwise that is an error.</param>
    /// <exception cref="ConfigurationException">Everything that is wrong in the file.</exception>
    public static ServerOptions Load(string path, bool mayMakeKey = true)
    {
        var errors = new List<ConfigError>();
        var report = new FileReport(path, errors);
        var options = Read(report, mayMakeKey);
        return errors.Count == 0 ? options! : throw new ConfigurationException(errors);
    }

    static ServerOptions? Read(FileReport report, bool mayMakeKey)
    {
        if (JsonFile.Read(report) is not { } json)
            return null;
        JsonShape.Check(json, report, typeof(ServerFile));
        var file = JsonShape.Read<ServerFile>(json);
        AddressRules.Check(file, report);
        NumberRules.Check(file, report);
        var database = DatabaseSection.Read(file.Database, report);
        var mail = MailSection.Read(file.Mail, report);
        var tls = TlsSection.Read(file, report);
        // Last, because a new key is only made for a file that is right in everything else.
        var key = file.MasterKey is { } reference ? MasterKeyFile.Read(reference, database?.SqlitePath, mayMakeKey, report) : null;
        return report.IsClean ? Options(file, database!, mail!, key!, tls) : null;
    }

    static ServerOptions Options(ServerFile file, DatabaseOptions database, MailOptions mail, byte[] key, TlsOptions? tls) => new()
    {
        Listen = file.Listen,
        PublicUrl = file.PublicUrl,
        Tls = tls,
        Database = database,
        MasterKey = key,
        Mail = mail,
        TrustedProxies = file.TrustedProxies,
        Telemetry = file.Telemetry,
        Passwords = file.Passwords,
        Keys = file.Keys,
        Limits = file.Limits,
    };
}
