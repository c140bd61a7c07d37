using System.Security.Cryptography;
using System.Text.Json;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Demo;

/// <summary>
/// The folder a demo lives in: database, master key, mail, and what was generated for its people and apps, sealed under the key,
/// so that a demo that is started again still can tell it.
/// </summary>
sealed class DemoFolder
{
    const string Purpose = "demo-secrets";
    readonly string folder;
    readonly byte[] key;

    DemoFolder(string folder, byte[] key) => (this.folder, this.key) = (folder, key);

    internal string Mail => Path.Combine(folder, "mail");

    string SecretsFile => Path.Combine(folder, "demo-secrets.sealed");

    /// <summary>An existing demo.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static DemoFolder Open(string folder) => File.Exists(KeyFile(folder))
        ? new(folder, File.ReadAllBytes(KeyFile(folder)))
        : throw new InvalidOperationException($"There is no demo in {folder}; start one with: demo --data {folder}");

    /// <summary>The demo of this folder, made if there is none.</summary>
    internal static DemoFolder OpenOrMake(string folder)
    {
        if (File.Exists(KeyFile(folder)))
            return Open(folder);
        var fresh = RandomNumberGenerator.GetBytes(32);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        WritePrivately(KeyFile(folder), fresh);
        return new(folder, fresh);
    }

    /// <summary>The options of a server that stands on this folder.</summary>
    internal ServerOptions Options(string url = "http://localhost:5000") => new()
    {
        Listen = url,
        PublicUrl = url,
        Database = new() { SqlitePath = Path.Combine(folder, "oauthserver.db") },
        MasterKey = key,
        Mail = new() { Folder = Mail },
    };

    internal Dictionary<string, string> ReadSecrets() => File.Exists(SecretsFile)
        ? JsonSerializer.Deserialize<Dictionary<string, string>>(new MasterKey(key).Unprotect(Purpose, File.ReadAllBytes(SecretsFile)))!
        : new(StringComparer.Ordinal);

    internal void WriteSecrets(Dictionary<string, string> secrets) =>
        WritePrivately(SecretsFile, new MasterKey(key).Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(secrets)));

    /// <summary>Writes a file that only its owner can read, whole or not at all.</summary>
    internal static void WritePrivately(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    static string KeyFile(string folder) => Path.Combine(folder, "master.key");
}
