using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Colour and logo, from organization.json into the database.</summary>
public sealed class OrganizationLookTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_is_applied_changed_and_taken_away()
    {
        await using var scratch = await Scratch.NewAsync();
        var files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme")).Set("organization.json", "color", "\"#1F5FBF\"").Set("organization.json", "logo", "\"logo.png\"");
        await File.WriteAllBytesAsync(files.PathOf("logo.png"), Png(200, 60), Stop);
        await ApplyAsync(scratch, files);
        var (color, logo) = await StoredAsync(scratch);
        Assert.Equal("#1F5FBF", color);
        Assert.Equal(Png(200, 60), logo);
        Assert.Empty((await ApplyAsync(scratch, files)).Changes);

        await File.WriteAllBytesAsync(files.PathOf("logo.png"), Png(100, 30), Stop);
        Assert.Single((await ApplyAsync(scratch, files)).Changes);
        Assert.Equal(Png(100, 30), (await StoredAsync(scratch)).Logo);

        await ApplyAsync(scratch, files.Set("organization.json", "color", null).Set("organization.json", "logo", null));
        Assert.Equal((null, null), await StoredAsync(scratch));
    }

    public static TheoryData<byte[], string> BadLogos => new()
    {
        { "<svg/>"u8.ToArray(), "is not a PNG picture; save it as one." },
        { [], "is not a PNG picture; save it as one." },
        { Png(1025, 10), "is 1025 by 10 pixels; use at most 1024 each way." },
        { Png(10, 0), "is 10 by 0 pixels; use at most 1024 each way." },
        { new byte[LogoFile.MostBytes + 1], "has 65537 bytes; use at most 65536." },
    };

    [Theory]
    [MemberData(nameof(BadLogos))]
    public async Task A_logo_that_is_none_is_refused(byte[] content, string expected)
    {
        await using var scratch = await Scratch.NewAsync();
        var files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme")).Set("organization.json", "logo", "\"logo.png\"");
        await File.WriteAllBytesAsync(files.PathOf("logo.png"), content, Stop);
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => ApplyAsync(scratch, files));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    static byte[] Png(uint width, uint height)
    {
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', .. new byte[17]];
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    static async Task<ApplyReport> ApplyAsync(Scratch scratch, ConfigFiles files)
    {
        using var hashing = new PasswordHashing(new() { Rounds = 1000 });
        return await ConfigApply.ApplyAsync(scratch.Database, scratch.Key, hashing, files.Folder, prune: false, "tests", TimeProvider.System);
    }

    static async Task<(string? Color, byte[]? Logo)> StoredAsync(Scratch scratch)
    {
        await using var db = scratch.Database.NewContext();
        return ((await db.Organizations.SingleAsync(Stop)).Color, (await db.OrganizationLogos.SingleOrDefaultAsync(Stop))?.Png);
    }
}
