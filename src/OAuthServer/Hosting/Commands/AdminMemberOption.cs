using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using OAuthServer.Administration;
using OAuthServer.Configuration;

namespace OAuthServer.Hosting.Commands;

/// <summary>A member of an operation's input as it is typed: an argument where the API's path names it, otherwise an option.</summary>
sealed class AdminMemberOption
{
    readonly Argument<string>? argument;
    readonly Option<string[]>? option;
    readonly Option<bool>? flag;

    AdminMemberOption(AdminMember member, Argument<string>? argument, Option<string[]>? option, Option<bool>? flag) =>
        (Member, this.argument, this.option, this.flag) = (member, argument, option, flag);

    internal AdminMember Member { get; }

    internal static AdminMemberOption Of(AdminMember member, AdminOperation operation)
    {
        if (operation.PathMembers.Contains(member.Name, StringComparer.Ordinal))
            return new(member, new(member.Name), null, null);
        var name = "--" + Kebab(member.Name);
        if (member.IsUpload)
            return new(member, null, new("--file") { Description = "The file.", Required = true }, null);
        if (member.Type == typeof(bool))
            return new(member, null, null, new(name) { Description = "Yes; without it, no." });
        var isJson = AdminInput.Expected(member.Type).StartsWith("JSON", StringComparison.Ordinal);
        return new(member, null, new(name)
        {
            Description = isJson ? "JSON, or @FILE for a file that holds it." : $"{char.ToUpperInvariant(AdminInput.Expected(member.Type)[0])}{AdminInput.Expected(member.Type)[1..]}{(member.IsList ? "; may be given several times" : "")}.",
            Required = member.IsRequired,
        }, null);
    }

    internal void AddTo(Command command)
    {
        if (argument is not null)
            command.Arguments.Add(argument);
        if (option is not null)
            command.Options.Add(option);
        if (flag is not null)
            command.Options.Add(flag);
    }

    /// <summary>Opens the file that was named.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    internal Stream? Open(ParseResult parsed) => parsed.GetValue(option!) is [var path] ? File.OpenRead(path) : null;

    /// <summary>Adds what was typed, if anything was.</summary>
    /// <exception cref="InvalidOperationException">It cannot be a value of this member.</exception>
    internal void Put(ParseResult parsed, JsonObject sent)
    {
        if (flag is not null)
        {
            if (parsed.GetResult(flag) is { Implicit: false })
                sent[Member.Name] = parsed.GetValue(flag);
        }
        else if (argument is not null)
        {
            sent[Member.Name] = Value(parsed.GetValue(argument)!);
        }
        else if (!Member.IsUpload && parsed.GetValue(option!) is { Length: > 0 } values)
        {
            if (values.Length > 1 && !Member.IsList)
                throw new ConfigurationException([new("command line", Member.Name, "is there more than once; write it once.")]);
            sent[Member.Name] = Member.IsList ? new JsonArray([.. values.Select(value => JsonValue.Create(value))]) : Value(values[0]);
        }
    }

    JsonNode Value(string text) =>
        AdminInput.FromText(Member, AdminInput.Expected(Member.Type).StartsWith("JSON", StringComparison.Ordinal) && text.StartsWith('@') ? File.ReadAllText(text[1..]) : text)
        ?? throw new ConfigurationException([new("command line", Member.Name, $"cannot be used; write {AdminInput.Expected(Member.Type)}.")]);

    static string Kebab(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c))
                text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
