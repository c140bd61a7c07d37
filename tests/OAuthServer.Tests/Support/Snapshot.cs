using System.Runtime.CompilerServices;

namespace OAuthServer.Tests.Support;

/// <summary>Texts reviewed as diffs: compares with the committed file beside the test; UPDATE_SNAPSHOTS=1 writes it.</summary>
public static class Snapshot
{
    public static void Matches(string actual, string name, [CallerFilePath] string testFile = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(testFile)!, name + ".snapshot.txt");
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"No snapshot {file}; run once with UPDATE_SNAPSHOTS=1 and review it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
