using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Tests;

/// <summary>The picture of the house, held by scanning its source: which room may know which, and what is nowhere.</summary>
public sealed partial class ArchitectureTests
{
    const int MostLines = 300;
    const int Limit = 5000;

    static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        ["Policy"] = [],
        ["Http"] = [],
        ["Data"] = ["Policy"],
        ["Email"] = ["Data", "Http"],
        ["Accounts"] = ["Data", "Policy", "Http", "Email"],
        ["Orgs"] = ["Data", "Policy", "Http"],
        ["Apps"] = ["Data", "Policy", "Http"],
        ["Federation"] = ["Accounts", "Orgs", "Tokens", "Email", "Data", "Policy", "Http"],
        ["Login"] = ["Accounts", "Orgs", "Apps", "Federation", "Data", "Policy", "Http"],
        ["Tokens"] = ["Apps", "Data", "Policy", "Http"],
        ["Features"] = ["Administration", "Accounts", "Orgs", "Apps", "Federation", "Login", "Tokens", "Email", "Data", "Policy", "Http"],
        ["Configuration"] = ["Accounts", "Orgs", "Apps", "Federation", "Login", "Data", "Policy", "Http"],
        ["Administration"] = ["Configuration", "Accounts", "Orgs", "Apps", "Federation", "Login", "Tokens", "Email", "Data", "Policy", "Http"],
        ["Hosting"] = ["Features", "Administration", "Configuration", "Accounts", "Orgs", "Apps", "Federation", "Login", "Tokens", "Email", "Data", "Policy", "Http"],
        ["(root)"] = ["Hosting"],
    };

    static readonly string Source = Path.GetFullPath(Path.Combine(Folder(), "../../src"));

    static readonly Lazy<IReadOnlyList<SourceFile>> Files = new(() =>
    [
        .. Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories).Where(file => !Built().IsMatch(file)).Order(StringComparer.Ordinal).Select(SourceFile.Read),
    ]);

    [Fact]
    public void Rooms_know_only_the_rooms_they_may_know()
    {
        var wrong = Files.Value.SelectMany(file => file.Rooms().Where(room => room != file.Room && !MayReference[file.Room].Contains(room)).Select(room => $"{file.Path} knows {room}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_room_is_in_the_table()
    {
        var rooms = Directory.GetDirectories(Path.Combine(Source, "OAuthServer")).Select(Path.GetFileName).Except(["bin", "obj", "Properties", "wwwroot"]);
        Assert.Empty(rooms.Except(MayReference.Keys));
    }

    [Fact]
    public void Features_know_no_other_feature()
    {
        var wrong = Files.Value.Where(file => file.Feature is not null)
            .SelectMany(file => file.Features().Where(feature => feature != file.Feature && feature is not ("Shared" or "Routes")).Select(feature => $"{file.Path} knows {feature}"));
        Assert.Empty(wrong);
    }

    /// <summary>A name needs no using where it lies in an enclosing namespace, so the folder must say which that is.</summary>
    [Fact]
    public void Namespaces_follow_the_folders()
    {
        var wrong = Files.Value.Where(file => file.Namespace is { } name && name != file.ExpectedNamespace).Select(file => $"{file.Path} is in {file.Namespace}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_rules_stand_on_nothing()
    {
        var references = typeof(LoginPolicy).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!);
        Assert.DoesNotContain(references, name => !name.StartsWith("System", StringComparison.Ordinal));
        Assert.DoesNotContain(references, name => name.StartsWith("System.Data", StringComparison.Ordinal) || name.StartsWith("System.Net.Http", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"\bSignInManager\b")]
    [InlineData(@"\.SaveChanges\(\)")]
    public void Nowhere_is(string banned) => Assert.Empty(Files.Value.Where(file => Regex.IsMatch(file.Code, banned, RegexOptions.None, TimeSpan.FromSeconds(5))).Select(file => file.Path));

    [Fact]
    public void No_file_is_long() =>
        Assert.Empty(Files.Value.Where(file => !file.Path.Contains("/Migrations/", StringComparison.Ordinal) && file.Lines > MostLines).Select(file => $"{file.Path} has {file.Lines} lines"));

    [Fact]
    public void The_scan_sees_usings_aliases_full_names_and_names_relative_to_the_house()
    {
        var file = SourceFile.Of("OAuthServer/Apps/X.cs", """
            using OAuthServer.Tokens;
            using static OAuthServer.Hosting.Server;
            using Mine = global::OAuthServer.Email.Mail;
            namespace OAuthServer.Apps; // OAuthServer.Features
            class X { Login.LoginGate gate; string text = "OAuthServer.Accounts"; int a = facts.Orgs.Count; }
            """);
        Assert.Equal(["Apps", "Email", "Hosting", "Login", "Tokens"], file.Rooms().Order(StringComparer.Ordinal));
    }

    static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex("/(bin|obj)/", RegexOptions.ExplicitCapture, Limit)]
    private static partial Regex Built();

    /// <summary>One file, without comments and texts.</summary>
    sealed partial record SourceFile(string Path, string Code, int Lines)
    {
        /// <summary>Types of the house by room: the names that code outside the room could use relative to the root namespace.</summary>
        static readonly HashSet<string> Types =
        [
            .. new[] { typeof(LoginGate).Assembly, typeof(LoginPolicy).Assembly }.SelectMany(assembly => assembly.GetTypes())
                .Where(type => type.Namespace is not null && !type.IsNested).Select(type => $"{type.Namespace}.{type.Name.Split('`')[0]}"),
        ];

        string[] Parts => Path.Split('/');

        internal string Room => Parts[0] == "OAuthServer.Policy" ? "Policy" : Parts.Length < 3 ? "(root)" : Parts[1];

        internal string? Feature => Room != "Features" ? null : Parts.Length > 3 ? Parts[2] : "Routes";

        internal string? Namespace => NamespaceLine().Match(Code) is { Success: true } match ? match.Groups["name"].Value : null;

        internal string ExpectedNamespace => string.Join('.', Parts[..^1]);

        internal static SourceFile Read(string file) => Of(System.IO.Path.GetRelativePath(Source, file), File.ReadAllText(file));

        internal static SourceFile Of(string path, string text) => new(path, Noise().Replace(text, ""), text.Count(c => c == '\n'));

        internal IEnumerable<string> Rooms() => FullNames().Matches(Code).Select(match => match.Groups["name"].Value).Concat(Relative("OAuthServer", MayReference.Keys)).Distinct(StringComparer.Ordinal);

        internal IEnumerable<string> Features() => FeatureNames().Matches(Code).Select(match => match.Groups["name"].Value)
            .Concat(Relative("OAuthServer.Features", Files.Value.Select(file => file.Feature).OfType<string>().Distinct(StringComparer.Ordinal))).Distinct(StringComparer.Ordinal);

        /// <summary><c>Login.LoginGate</c> inside <c>namespace OAuthServer.Apps</c>: found where the two words together name a type.</summary>
        IEnumerable<string> Relative(string root, IEnumerable<string> rooms) => rooms.Where(room =>
            Regex.Matches(Code, $@"(?<![\w.]){Regex.Escape(room)}(?<name>(\.\w+)+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
                .Any(match => Prefixes($"{root}.{room}{match.Groups["name"].Value}").Any(Types.Contains)));

        static IEnumerable<string> Prefixes(string name)
        {
            for (; name.Contains('.', StringComparison.Ordinal); name = name[..name.LastIndexOf('.')])
                yield return name;
        }

        [GeneratedRegex("//.*|/\\*[\\s\\S]*?\\*/|\"\"\"[\\s\\S]*?\"\"\"|\"(\\\\.|[^\"\\\\\\n])*\"", RegexOptions.ExplicitCapture, Limit)]
        private static partial Regex Noise();

        [GeneratedRegex("^namespace (?<name>[\\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Limit)]
        private static partial Regex NamespaceLine();

        [GeneratedRegex(@"\bOAuthServer\.(?<name>\w+)", RegexOptions.ExplicitCapture, Limit)]
        private static partial Regex FullNames();

        [GeneratedRegex(@"\bOAuthServer\.Features\.(?<name>\w+)", RegexOptions.ExplicitCapture, Limit)]
        private static partial Regex FeatureNames();
    }
}
