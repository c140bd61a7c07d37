using System.Security.Cryptography;
using System.Text;
using OAuthServer.Configuration;

namespace OAuthServer.Hosting.Configuration;

/// <summary>The master key behind its reference: 32 bytes in base64 or hexadecimal. A key file that is not there yet is made.</summary>
static class MasterKeyFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The key; null when it cannot be had, which has been reported then.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="database">The embedded database, if there is one: a new key cannot read an old database.</param>
    /// <param name="mayMake">A missing file may be made.</param>
    /// <param name="report">The file the reference is written in.</param>
    internal static byte[]? Read(string text, string? database, bool mayMake, FileReport report)
    {
        const string Path = "masterKey";
        if (text.StartsWith("file:", StringComparison.Ordinal))
        {
            var file = SecretReference.PathOf(text, report);
            if (!File.Exists(file) && !mayMake)
            {
                report.Add(Path, $"there is no key {file} yet; it is made when the server first starts, or by apply.");
                return null;
            }
            if (!File.Exists(file) && !MayMake(file, database, report))
                return null;
            if (!OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            {
                report.Add(Path, $"others on this machine may read the key; run: chmod 600 {file}");
                return null;
            }
            if (!File.Exists(file) && !Make(file, report))
                return null;
        }
        if (SecretReference.Read(text, Path, report) is not { } key)
            return null;
        if (Decode(key.Trim()) is { Length: 32 } bytes)
            return bytes;
        report.Add(Path, "is not 32 bytes in base64 or hexadecimal; make one with: openssl rand -base64 32");
        return null;
    }

    /// <summary>No key is made for a file with errors (it may be the wrong one), nor beside a database that another key made.</summary>
    static bool MayMake(string file, string? database, FileReport report)
    {
        if (!report.IsClean)
            return false;
        if (database is null || !File.Exists(database))
            return true;
        report.Add("masterKey", $"the key {file} is gone, but the database {database} was made with it; restore the key from your backup.");
        return false;
    }

    static bool Make(string file, FileReport report)
    {
        var fresh = $"{file}.{Environment.ProcessId}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var stream = new FileStream(fresh, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"));
                stream.Flush(flushToDisk: true); // before the first thing is sealed with it
            }
            // Whole or not at all; of two servers that start together the first one's key stays.
            File.Move(fresh, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(fresh);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Add("masterKey", $"the key file {file} cannot be made ({problem.GetType().Name}); make its folder writable, or name another.");
            return false;
        }
    }

    static byte[]? Decode(string text)
    {
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(text);
        var bytes = new byte[33];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
