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
        // The archive ends each of its entries at once and not asynchronously, which an answer of the server refuses.
        using var written = new Collected();
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            await foreach (var file in ConfigExport.ReadAsync(database, call.Org.Id, users, cancellation))
            {
                var entry = zip.CreateEntry(file.Path);
                entry.LastWriteTime = call.At;
                using (var content = entry.Open())
                    content.Write(file.Content);
                await written.MoveToAsync(stream, cancellation);
            }
        }
        await written.MoveToAsync(stream, cancellation);
    }

    /// <summary>Keeps what is written until somebody takes it, and knows no way back in it.</summary>
    sealed class Collected : Stream
    {
        readonly MemoryStream pending = new();
        long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position { get => length; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            pending.Write(buffer);
            length += buffer.Length;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        internal async Task MoveToAsync(Stream target, CancellationToken cancellation)
        {
            await target.WriteAsync(pending.GetBuffer().AsMemory(0, (int)pending.Length), cancellation);
            pending.SetLength(0);
        }
    }
}
