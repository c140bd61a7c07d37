using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using OAuthServer.Data;

namespace OAuthServer.Tests.Support;

/// <summary>How SQLite finds what is asked for: by which index, or by reading a table whole.</summary>
static partial class QueryPlans
{
    static readonly AsyncLocal<List<(string Sql, List<(string Name, object? Value)> Parameters)>?> Heard = new();
    static readonly IDisposable Listening = DiagnosticListener.AllListeners.Subscribe(new Listener());

    /// <summary>The steps of one query.</summary>
    internal static async Task<IReadOnlyList<string>> OfAsync<T>(ServerDb db, IQueryable<T> query)
    {
        await using var command = query.CreateDbCommand();
        return await StepsAsync(db, command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(parameter => (parameter.ParameterName, parameter.Value))]);
    }

    /// <summary>Every SELECT that is sent by EF Core while something runs, with its steps.</summary>
    internal static async Task<IReadOnlyList<(string Sql, IReadOnlyList<string> Steps)>> WhileAsync(ServerDb db, Func<Task> run)
    {
        var plans = new List<(string, IReadOnlyList<string>)>();
        foreach (var (sql, parameters) in (await HearAsync(run)).Where(one => one.Sql.TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase)).DistinctBy(one => one.Sql, StringComparer.Ordinal))
            plans.Add((sql, await StepsAsync(db, sql, parameters)));
        return plans;
    }

    /// <summary>What is sent by EF Core while something runs.</summary>
    internal static async Task<IReadOnlyList<string>> SentWhileAsync(Func<Task> run) => [.. (await HearAsync(run)).Select(one => one.Sql)];

    /// <summary>The tables that a query reads whole.</summary>
    internal static IEnumerable<string> ReadWhole(string sql, IReadOnlyList<string> steps) =>
        sql.Contains("WHERE 0\n", StringComparison.Ordinal) || sql.EndsWith("WHERE 0", StringComparison.Ordinal) ? [] // which reads nothing
        : steps.Where(step => step.StartsWith("SCAN ", StringComparison.Ordinal) && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal))
            .Select(step => step.Split(' ')[1]).Select(alias => TableOf(sql, alias)).OfType<string>();

    static string? TableOf(string sql, string alias) =>
        Aliases().Matches(sql).FirstOrDefault(match => match.Groups["alias"].Value == alias) is { } named ? named.Groups["table"].Value
        : sql.Contains($"FROM {alias} ", StringComparison.Ordinal) ? alias
        : null; // a part of the query itself

    static async Task<List<(string Sql, List<(string Name, object? Value)> Parameters)>> HearAsync(Func<Task> run)
    {
        GC.KeepAlive(Listening);
        Heard.Value = [];
        await run();
        var heard = Heard.Value;
        Heard.Value = null;
        return heard;
    }

    static async Task<IReadOnlyList<string>> StepsAsync(ServerDb db, string sql, List<(string Name, object? Value)> parameters)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        var steps = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            steps.Add(reader.GetString(3));
        return steps;
    }

    [GeneratedRegex("\"(?<table>\\w+)\" AS \"(?<alias>\\w+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Aliases();

    sealed class Listener : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
                value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command: var command } && Heard.Value is { } heard)
                heard.Add((command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(parameter => (parameter.ParameterName, parameter.Value))]));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
