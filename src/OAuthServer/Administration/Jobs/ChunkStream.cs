using OAuthServer.Data;

namespace OAuthServer.Administration.Jobs;

/// <summary>A job's file as a stream; one chunk is in memory at a time.</summary>
sealed class ChunkStream(Database database, string jobId, long offset) : Stream
{
    const string ReadSql = "SELECT bytes FROM job_chunks WHERE job_id = @p0 AND number = @p1";

    long position = offset;
    long number = -1;
    byte[]? chunk;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    /// <summary>From the beginning of the file.</summary>
    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
            return 0;
        if (position / JobQueue.ChunkBytes is var wanted && wanted != number)
            (number, chunk) = (wanted, await database.ReadAsync(ReadSql, row => row.GetBytes(0), jobId, wanted));
        var start = (int)(position % JobQueue.ChunkBytes);
        if (chunk is null || start >= chunk.Length)
            return 0;
        var count = Math.Min(buffer.Length, chunk.Length - start);
        chunk.AsMemory(start, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous reads only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();
}
