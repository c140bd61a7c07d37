using System.IO.Compression;
using OAuthServer.Configuration;
using OAuthServer.Data;

namespace OAuthServer.Administration.Server;

/// <summary>What of the organization.</summary>
/// <param name="Users">Also its people.</param>
public sealed record ExportOrganization(bool Users = false);

/// <summary>The organization as the files that <c>apply</c> reads.</summary>
public sealed class ExportOperations(Database database) : IAdminOperations
{
    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ExportOrganization, AdminFile>(
            "organization.export", "/organization/export", "/setup/system", "Write the organization as the files that apply reads, as a zip. Secrets are not in them.", ExportAsync),
    ];

    public Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, ExportOrganization input) => Task.FromResult<AdminAnswer<AdminFile>>(
        new AdminFile("organization.zip", "application/zip", (stream, cancellation) => WriteAsync(stream, call, input.Users, cancellation)));

    async Task WriteAsync(Stream stream, AdminCall call, bool users, CancellationToken cancellation)
    {
        await using var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        await foreach (var file in ConfigExport.ReadAsync(database, call.Org.Id, users, cancellation))
        {
            var entry = zip.CreateEntry(file.Path);
            entry.LastWriteTime = call.At;
            await using var content = await entry.OpenAsync(cancellation);
            await content.WriteAsync(file.Content, cancellation);
        }
    }
}
