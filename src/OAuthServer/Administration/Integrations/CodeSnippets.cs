using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for a person who signs in at a browser: the code flow with PKCE (RFC 6749 section 4.1, RFC 7636). The app has no secret.</summary>
static class CodeSnippets
{
    internal static IReadOnlyList<Snippet> Of(SnippetFacts facts)
    {
        var (server, token, id, back) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId), Plain(facts.RedirectUri));
        var authorize = $"{server}/services/oauth2/authorize?response_type=code&client_id={Uri.EscapeDataString(id)}&redirect_uri={Uri.EscapeDataString(back)}&code_challenge_method=S256&code_challenge=";
        return
        [
            new("curl", "bash", $$"""
                verifier=$(openssl rand -hex 32)
                challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
                echo "Open: {{authorize}}$challenge"
                read -r -p 'code: ' code
                curl -sS '{{token}}' -d grant_type=authorization_code -d client_id='{{id}}' \
                  --data-urlencode redirect_uri='{{back}}' -d code_verifier="$verifier" --data-urlencode code="$code"
                """),
            new("jsforce", "javascript", $$"""
                import jsforce from 'jsforce';

                const oauth2 = new jsforce.OAuth2({ loginUrl: '{{server}}', clientId: '{{id}}', redirectUri: '{{back}}', useVerifier: true });
                // Send the browser to oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }); with the code that comes back:
                const connection = new jsforce.Connection({ oauth2 });
                await connection.authorize(code);
                """),
            new("sf CLI", "bash", $$"""
                sf org login web --client-id '{{id}}' --instance-url '{{server}}'
                """),
            new("simple-salesforce", "python", $$"""
                # simple-salesforce has no login of this kind: it takes the access token.
                import base64, hashlib, requests, secrets
                from simple_salesforce import Salesforce

                verifier = secrets.token_urlsafe(48)
                challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b'=').decode()
                print('Open: {{authorize}}' + challenge)
                answer = requests.post('{{token}}', data={
                    'grant_type': 'authorization_code',
                    'client_id': '{{id}}',
                    'redirect_uri': '{{back}}',
                    'code_verifier': verifier,
                    'code': input('code: '),
                }, timeout=30)
                answer.raise_for_status()
                salesforce = Salesforce(instance_url='{{server}}', session_id=answer.json()['access_token'])
                """),
            new(".NET", "csharp", $$"""
                using System.Buffers.Text;
                using System.Net.Http.Json;
                using System.Security.Cryptography;
                using System.Text;
                using System.Text.Json;

                var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
                var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
                Console.WriteLine("Open: {{authorize}}" + challenge);
                Console.Write("code: ");
                using var http = new HttpClient();
                using var answer = await http.PostAsync("{{token}}", new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "authorization_code",
                    ["client_id"] = "{{id}}",
                    ["redirect_uri"] = "{{back}}",
                    ["code_verifier"] = verifier,
                    ["code"] = Uri.UnescapeDataString(Console.ReadLine()!),
                }));
                answer.EnsureSuccessStatusCode();
                var accessToken = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
                """),
            new("Java", "java", $$"""
                import java.net.URI;
                import java.net.URLDecoder;
                import java.net.URLEncoder;
                import java.net.http.*;
                import java.security.*;
                import java.util.*;
                import static java.nio.charset.StandardCharsets.UTF_8;

                var part = Base64.getUrlEncoder().withoutPadding();
                var random = new byte[32];
                new SecureRandom().nextBytes(random);
                var verifier = part.encodeToString(random);
                var challenge = part.encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8)));
                System.out.println("Open: {{authorize}}" + challenge);
                System.out.print("code: ");
                var code = URLDecoder.decode(new Scanner(System.in).nextLine(), UTF_8);
                var form = "grant_type=authorization_code&client_id=" + URLEncoder.encode("{{id}}", UTF_8)
                    + "&redirect_uri=" + URLEncoder.encode("{{back}}", UTF_8)
                    + "&code_verifier=" + verifier + "&code=" + URLEncoder.encode(code, UTF_8);
                var request = HttpRequest.newBuilder(URI.create("{{token}}"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)).build();
                var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                // answer.body() is JSON with "access_token" and "refresh_token".
                """),
        ];
    }
}
