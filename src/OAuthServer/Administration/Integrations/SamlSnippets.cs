using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for a SAML assertion that is there already, for an access token (RFC 7522).</summary>
static class SamlSnippets
{
    const string Grant = "urn:ietf:params:oauth:grant-type:saml2-bearer";
    const string AssertionFile = "assertion.xml";

    internal static IReadOnlyList<Snippet> Of(SnippetFacts facts)
    {
        var (server, token, id) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId));
        var fresh = $"{AssertionFile}: fresh each time, signed by your identity provider for {token}";
        return
        [
            new("curl", "bash", $$"""
                # {{fresh}}
                curl -sS '{{token}}' \
                  -d grant_type={{Grant}} \
                  -d client_id='{{id}}' --data-urlencode client_secret="${{SecretVariable}}" \
                  --data-urlencode assertion="$(openssl base64 -A -in {{AssertionFile}} | tr '+/' '-_' | tr -d '=')"
                """),
            new("jsforce", "javascript", $$"""
                // {{fresh}}
                import { readFileSync } from 'node:fs';
                import jsforce from 'jsforce';

                const connection = new jsforce.Connection({
                  oauth2: { loginUrl: '{{server}}', clientId: '{{id}}', clientSecret: process.env.{{SecretVariable}} },
                });
                await connection.authorize({
                  grant_type: '{{Grant}}',
                  assertion: readFileSync('{{AssertionFile}}').toString('base64url'),
                });
                """),
            new("sf CLI", "bash", $$"""
                # sf has no login of this kind: it takes the access token that curl gets.
                # {{fresh}}
                export SF_ACCESS_TOKEN=$(curl -sS '{{token}}' \
                  -d grant_type={{Grant}} \
                  -d client_id='{{id}}' --data-urlencode client_secret="${{SecretVariable}}" \
                  --data-urlencode assertion="$(openssl base64 -A -in {{AssertionFile}} | tr '+/' '-_' | tr -d '=')" | jq -r .access_token)
                sf org login access-token --instance-url '{{server}}' --no-prompt
                """),
            new("simple-salesforce", "python", $$"""
                # simple-salesforce has no login of this kind: it takes the access token.
                # {{fresh}}
                import base64, os, pathlib, requests
                from simple_salesforce import Salesforce

                answer = requests.post('{{token}}', data={
                    'grant_type': '{{Grant}}',
                    'client_id': '{{id}}',
                    'client_secret': os.environ['{{SecretVariable}}'],
                    'assertion': base64.urlsafe_b64encode(pathlib.Path('{{AssertionFile}}').read_bytes()).rstrip(b'=').decode(),
                }, timeout=30)
                answer.raise_for_status()
                salesforce = Salesforce(instance_url='{{server}}', session_id=answer.json()['access_token'])
                """),
            new(".NET", "csharp", $$"""
                // {{fresh}}
                using System.Buffers.Text;
                using System.Net.Http.Json;
                using System.Text.Json;

                using var http = new HttpClient();
                using var answer = await http.PostAsync("{{token}}", new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "{{Grant}}",
                    ["client_id"] = "{{id}}",
                    ["client_secret"] = Environment.GetEnvironmentVariable("{{SecretVariable}}")!,
                    ["assertion"] = Base64Url.EncodeToString(File.ReadAllBytes("{{AssertionFile}}")),
                }));
                answer.EnsureSuccessStatusCode();
                var accessToken = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
                """),
            new("Java", "java", $$"""
                // {{fresh}}
                import java.net.URI;
                import java.net.URLEncoder;
                import java.net.http.*;
                import java.nio.file.*;
                import java.util.Base64;
                import static java.nio.charset.StandardCharsets.UTF_8;

                var assertion = Base64.getUrlEncoder().withoutPadding().encodeToString(Files.readAllBytes(Path.of("{{AssertionFile}}")));
                var form = "grant_type={{Uri.EscapeDataString(Grant)}}&client_id=" + URLEncoder.encode("{{id}}", UTF_8)
                    + "&client_secret=" + URLEncoder.encode(System.getenv("{{SecretVariable}}"), UTF_8) + "&assertion=" + assertion;
                var request = HttpRequest.newBuilder(URI.create("{{token}}"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)).build();
                var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                // answer.body() is JSON with "access_token".
                """),
        ];
    }
}
