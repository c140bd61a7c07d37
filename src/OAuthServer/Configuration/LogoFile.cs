using System.Buffers.Binary;

namespace OAuthServer.Configuration;

/// <summary>
/// An organization's logo: a PNG file, because that format holds a picture and nothing that runs. Bounded in bytes, for the database, and
/// in pixels, for the browsers that unpack it.
/// </summary>
static class LogoFile
{
    internal const int MostBytes = 64 * 1024;
    internal const int MostPixels = 1024;
    const string Path = "logo";

    /// <summary>Signature, then the chunk IHDR with width and height (PNG third edition, sections 5.2 and 11.2.1).</summary>
    static ReadOnlySpan<byte> Beginning => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];

    /// <summary>Its bytes; null when none is declared or it cannot be used, which has been reported then.</summary>
    internal static byte[]? Read(string? name, FileReport report)
    {
        if (name is null)
            return null;
        var file = System.IO.Path.GetFullPath(name, report.Folder);
        try
        {
            using var stream = File.OpenRead(file);
            if (stream.Length > MostBytes)
                return Refuse($"the file {file} has {stream.Length} bytes; use at most {MostBytes}.", report);
            var png = new byte[stream.Length];
            stream.ReadExactly(png);
            return FlawOf(png) is { } problem ? Refuse($"the file {file} {problem}", report) : png;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Refuse($"the file {file} cannot be read ({problem.GetType().Name}); create it, or correct the path.", report);
        }
    }

    /// <summary>What is wrong with a picture, after its name; null when nothing is.</summary>
    internal static string? FlawOf(ReadOnlySpan<byte> png)
    {
        if (png.Length < 24 || !png.StartsWith(Beginning))
            return "is not a PNG picture; save it as one.";
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(png[16..]), BinaryPrimitives.ReadUInt32BigEndian(png[20..]));
        return width is 0 or > MostPixels || height is 0 or > MostPixels ? $"is {width} by {height} pixels; use at most {MostPixels} each way." : null;
    }

    static byte[]? Refuse(string message, FileReport report)
    {
        report.Add(Path, message);
        return null;
    }
}
