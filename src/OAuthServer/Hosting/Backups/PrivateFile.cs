namespace OAuthServer.Hosting.Backups;

/// <summary>Files that only their owner can read.</summary>
static class PrivateFile
{
    /// <summary>Makes an empty one, for another program to write into: it keeps its mode.</summary>
    /// <exception cref="IOException">There is one already.</exception>
    internal static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        new FileStream(path, Options(FileMode.CreateNew)).Dispose();
    }

    /// <summary>A copy, on disk when this returns.</summary>
    internal static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(from);
        await using var target = new FileStream(to, Options(FileMode.Create));
        await source.CopyToAsync(target, cancellation);
        target.Flush(flushToDisk: true);
    }

    /// <summary>Makes sure that what another program wrote is on disk.</summary>
    internal static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
