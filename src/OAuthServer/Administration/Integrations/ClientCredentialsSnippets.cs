using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for an app that acts by itself (RFC 6749 section 4.4).</summary>
static class ClientCredentialsSnippets
{
    internal static IReadOnlyList<Snippet> Of(SnippetFacts facts)
    {
        var (server, token, id) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId));
        return
        [
            new("curl", "bash", $$"""
                curl -sS '{{token}}' \
                  -d grant_type=client_credentials \
                  -d client_id='{{id}}' \
                  --data-urlencode client_secret="${{SecretVariable}}"
                """),
            new("jsforce", "javascript", $$"""
                import jsforce from 'jsforce';

                const connection = new jsforce.Connection({
                  oauth2: {
                    loginUrl: '{{server}}',
                    clientId: '{{id}}',
                    clientSecret: process.env.{{SecretVariable}},
                  },
                });
                await connection.authorize({ grant_type: 'client_credentials' });
                """),
            new("sf CLI", "bash", $$"""
                # sf has no login of this kind: it takes the access token that curl gets.
                export SF_ACCESS_TOKEN=$(curl -sS '{{token}}' \
                  -d grant_type=client_credentials -d client_id='{{id}}' \
                  --data-urlencode client_secret="${{SecretVariable}}" | jq -r .access_token)
                sf org login access-token --instance-url '{{server}}' --no-prompt
                """),
            new("simple-salesforce", "python", $$"""
                import os, requests
                from simple_salesforce import Salesforce

                answer = requests.post('{{token}}', data={
                    'grant_type': 'client_credentials',
                    'client_id': '{{id}}',
                    'client_secret': os.environ['{{SecretVariable}}'],
                }, timeout=30)
                answer.raise_for_status()
                salesforce = Salesforce(instance_url='{{server}}', session_id=answer.json()['access_token'])
                """),
            new(".NET", "csharp", $$"""
                using System.Net.Http.Json;
                using System.Text.Json;

                using var http = new HttpClient();
                using var answer = await http.PostAsync("{{token}}", new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = "{{id}}",
                    ["client_secret"] = Environment.GetEnvironmentVariable("{{SecretVariable}}")!,
                }));
                answer.EnsureSuccessStatusCode();
                var accessToken = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
                """),
            new("Java", "java", $$"""
                import java.net.URI;
                import java.net.URLEncoder;
                import java.net.http.*;
                import static java.nio.charset.StandardCharsets.UTF_8;

                var form = "grant_type=client_credentials&client_id=" + URLEncoder.encode("{{id}}", UTF_8)
                    + "&client_secret=" + URLEncoder.encode(System.getenv("{{SecretVariable}}"), UTF_8);
                var request = HttpRequest.newBuilder(URI.create("{{token}}"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)).build();
                var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                // answer.body() is JSON with "access_token".
                """),
        ];
    }
}
