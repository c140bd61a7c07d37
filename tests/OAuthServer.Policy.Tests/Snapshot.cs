namespace OAuthServer.Policy.Tests;

/// <summary>Compares a text with the reviewed one beside the tests; UPDATE_SNAPSHOTS=1 writes it instead.</summary>
static class Snapshot
{
    public static void MustEqual(string name, string actual)
    {
        var path = Path.Combine(ProjectFolder(), name);
        if (string.Equals(Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS"), "1", StringComparison.Ordinal))
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{name} is missing. Run once with UPDATE_SNAPSHOTS=1 and review it.");
        var reviewed = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        var lines = actual.Split('\n');
        for (var i = 0; i < Math.Max(reviewed.Length, lines.Length); i++)
        {
            var (expected, got) = (reviewed.ElementAtOrDefault(i), lines.ElementAtOrDefault(i));
            Assert.True(
                string.Equals(expected, got, StringComparison.Ordinal),
                $"{name}, line {i + 1}\nreviewed: {expected}\nnow:      {got}\n"
                + "If this is meant, run with UPDATE_SNAPSHOTS=1 and review the diff.");
        }
    }

    static string ProjectFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OAuthServer.Policy.Tests.csproj")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The test project's folder is not above the test's output.");
    }
}
