using OAuthServer.Data;
using OAuthServer.Tests.Features.Identity;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Rest;

/// <summary>The one query that is answered: what organization is this?</summary>
[Collection(nameof(ServersCollection))]
public sealed class OrganizationQueryTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task What_sf_cli_asks_of_the_organization_is_answered(string database)
    {
        var scene = await SceneAsync(database);
        var answer = await AskAsync(scene, "SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization");
        var id = RecordId.Long(scene.Scene.Org.Id);
        Assert.Equal(
            $$"""{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Organization","url":"/services/data/v65.0/sobjects/Organization/{{id}}"},"Name":"{{await scene.Scene.Org.NameAsync()}}","InstanceName":"localhost","IsSandbox":false,"TrialExpirationDate":null,"NamespacePrefix":null,"OrganizationType":"Developer Edition"}]}""",
            answer.Text);
    }

    [Theory]
    [InlineData("select id from organization")]
    [InlineData("  SELECT\n\tId\r\nFROM   Organization  ")]
    [InlineData("SELECT Id FROM Organization LIMIT 1")]
    public async Task It_is_read_as_soql_is_written(string query)
    {
        var scene = await SceneAsync();
        Assert.Equal(RecordId.Long(scene.Scene.Org.Id), (await AskAsync(scene, query)).Json.GetProperty("records")[0].GetProperty("Id").GetString());
    }

    /// <summary>By which sf CLI learns that this is no hub of scratch organizations.</summary>
    [Fact]
    public async Task Another_type_is_of_no_known_type()
    {
        var scene = await SceneAsync();
        RestTests.IsError(await AskAsync(scene, "SELECT Id FROM ScratchOrgInfo limit 1"), 400, "INVALID_TYPE");
        RestTests.IsError(await AskAsync(scene, "SELECT Id FROM User"), 400, "INVALID_TYPE");
    }

    [Theory]
    [InlineData("SELECT Secret FROM Organization", "INVALID_FIELD")]
    [InlineData("SELECT Id, Name, id FROM Organization", "INVALID_FIELD")]
    [InlineData("SELECT attributes FROM Organization", "INVALID_FIELD")]
    [InlineData("SELECT FROM Organization", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Organization WHERE Name = 'x'", "MALFORMED_QUERY")]
    [InlineData("SELECT Id, FROM Organization", "MALFORMED_QUERY")]
    [InlineData("SELECT * FROM Organization", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Organization; DROP TABLE users", "MALFORMED_QUERY")]
    [InlineData("nonsense", "MALFORMED_QUERY")]
    [InlineData("", "MALFORMED_QUERY")]
    public async Task What_is_asked_otherwise_is_told_what_is_wrong(string query, string code) => RestTests.IsError(await AskAsync(await SceneAsync(), query), 400, code);

    [Fact]
    public async Task A_query_is_there_once_and_bounded()
    {
        var scene = await SceneAsync();
        RestTests.IsError(await scene.GetAsync("/services/data/v65.0/query"), 400, "MALFORMED_QUERY");
        RestTests.IsError(await scene.GetAsync("/services/data/v65.0/query?q=SELECT+Id+FROM+Organization&q=SELECT+Id+FROM+Organization"), 400, "MALFORMED_QUERY");
        RestTests.IsError(await AskAsync(scene, "SELECT Id" + string.Concat(Enumerable.Repeat(", Id", 1_000)) + " FROM Organization"), 400, "MALFORMED_QUERY");
    }

    static Task<Answer> AskAsync(IdentityScene scene, string query) => scene.GetAsync("/services/data/v65.0/query?q=" + Uri.EscapeDataString(query));

    async Task<IdentityScene> SceneAsync(string database = "SQLite") => await IdentityScene.NewAsync(await servers.OnAsync(database));
}
