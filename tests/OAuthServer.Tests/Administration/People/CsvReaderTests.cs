using System.Text;
using OAuthServer.Administration;
using OAuthServer.Administration.People.Import;

namespace OAuthServer.Tests.Administration.People;

/// <summary>CSV as RFC 4180 writes it, and nothing else; what is wrong is said with line and column.</summary>
public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b 2:c|d")]
    [InlineData("a,b\nc,d", "1:a|b 2:c|d")]
    [InlineData("a;b,c\n;\n", "1:a|b,c 2:|")]
    [InlineData("\uFEFFa,b\n", "1:a|b")]
    [InlineData("a,\"b,\"\"x\"\"\r\ny\",c\nd\n", "1:a|b,\"x\"\ny|c 3:d")]
    [InlineData("a\n\n\r\nb", "1:a 4:b")]
    [InlineData("\"a;\",b\n", "1:a;|b")]
    [InlineData("a,\"\",\n", "1:a||")]
    [InlineData("", "")]
    public async Task What_is_written_is_read(string text, string read) => Assert.Equal(read, await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("a,b\"c\nd\n", "1!4 2:d")]
    [InlineData("a,\"b\"c\nd\n", "1!6 2:d")]
    [InlineData("a\nb,\"c\nd\n", "1:a 2!3")]
    public async Task What_is_written_wrong_is_said_with_line_and_column(string text, string read) => Assert.Equal(read, await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Another_encoding_is_said_and_not_guessed()
    {
        Assert.Equal("1:a 2!3 3:c", await ReadAsync([.. "a\nx,"u8, 0xFC, .. "\nc\n"u8]));
        Assert.StartsWith("1!", await ReadAsync(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a,b\n")).ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_read_without_bounds()
    {
        Assert.Equal("1:a 2!1", await ReadAsync(Encoding.UTF8.GetBytes("a\n\"" + new string('x', 1_000_000))));
        Assert.StartsWith("1:a 2!", await ReadAsync(Encoding.UTF8.GetBytes("a\n" + new string('x', 1_000_000) + "\nb\n")), StringComparison.Ordinal);
        Assert.StartsWith("1!", await ReadAsync(Encoding.UTF8.GetBytes(new string(',', 1000))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+2", "'=1+2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-x@y.test", "'-x@y.test")]
    [InlineData("'=x", "''=x")]
    [InlineData("O'Neil", "O'Neil")]
    [InlineData("'quoted", "'quoted")]
    [InlineData("", "")]
    public void A_cell_that_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was(string cell, string written)
    {
        Assert.Equal(written + "\r\n", CsvText.Line(cell));
        Assert.Equal(cell, CsvText.Unguarded(written));
    }

    static async Task<string> ReadAsync(byte[] bytes)
    {
        var read = new List<string>();
        // One byte at a time: nothing may hang on how much comes at once.
        using var reader = new CsvReader(new Trickle(bytes));
        await foreach (var record in reader.ReadAsync(TestContext.Current.CancellationToken))
            read.Add(record.Flaw is { } flaw ? $"{record.Line}!{flaw.Column}" : $"{record.Line}:{string.Join('|', record.Cells.Select(cell => cell.Text))}");
        return string.Join(' ', read);
    }

    sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
    }
}
