using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Tests.Hosting;

/// <summary>Configuration files in a folder of their own, changed one key at a time.</summary>
public sealed class ConfigFiles(string folder)
{
    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    /// <summary>The folder of the files this repository ships.</summary>
    public static string Shipped([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../config"));

    public string PathOf(string file) => Path.Combine(Folder, file);

    public ConfigFiles Write(string file, string json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), json);
        return this;
    }

    public ConfigFiles Delete(string file)
    {
        File.Delete(PathOf(file));
        return this;
    }

    /// <summary>Sets a key such as <c>mail.smtp.port</c> to a value written as JSON; null removes it.</summary>
    public ConfigFiles Set(string file, string path, string? json)
    {
        var root = JsonNode.Parse(File.ReadAllText(PathOf(file)), documentOptions: Lenient)!.AsObject();
        var at = root;
        var keys = path.Split('.');
        foreach (var key in keys[..^1])
        {
            at[key] ??= new JsonObject();
            at = at[key]!.AsObject();
        }
        at.Remove(keys[^1]);
        if (json is not null)
            at[keys[^1]] = JsonNode.Parse(json);
        return Write(file, root.ToJsonString());
    }

    /// <summary>An organization with one profile, one user and one app, all without secrets.</summary>
    public static ConfigFiles OfAcme(string folder) => new ConfigFiles(folder)
        .Write("organization.json", """{ "name": "Acme", "demo": true, "trustedNetworks": [{ "name": "Head office", "range": "192.0.2.0/24" }] }""")
        .Write("profiles/standard.json", """{ "name": "Standard" }""")
        .Write("users/ann.json", """{ "username": "ann@acme.example", "email": "ann@acme.example", "profile": "Standard" }""")
        .Write("apps/nightly.json", """{ "clientId": "nightly", "name": "Nightly", "flows": ["passwordGrant"] }""");
}
