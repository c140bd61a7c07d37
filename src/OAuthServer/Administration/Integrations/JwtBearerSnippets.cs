using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for an app that signs an assertion for each user (RFC 7523).</summary>
static class JwtBearerSnippets
{
    const string Grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    internal static IReadOnlyList<Snippet> Of(SnippetFacts facts)
    {
        var (server, token, id, user) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId), Plain(facts.Username));
        return
        [
            new("curl", "bash", $$"""
                b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
                head=$(printf '{"alg":"RS256"}' | b64)
                claims=$(printf '{"iss":"{{id}}","sub":"{{user}}","aud":"{{server}}","exp":%d,"jti":"%s"}' \
                  "$(($(date +%s) + 120))" "$(openssl rand -hex 16)" | b64)
                signature=$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha256 -sign {{KeyFile}} | b64)
                curl -sS '{{token}}' \
                  -d grant_type={{Grant}} \
                  -d assertion="$head.$claims.$signature"
                """),
            new("jsforce", "javascript", $$"""
                import { readFileSync } from 'node:fs';
                import { createSign, randomUUID } from 'node:crypto';
                import jsforce from 'jsforce';

                const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
                const body = part({ alg: 'RS256' }) + '.' + part({
                  iss: '{{id}}', sub: '{{user}}', aud: '{{server}}',
                  exp: Math.floor(Date.now() / 1000) + 120, jti: randomUUID(),
                });
                const signature = createSign('RSA-SHA256').update(body).sign(readFileSync('{{KeyFile}}'), 'base64url');

                const connection = new jsforce.Connection({ loginUrl: '{{server}}' });
                await connection.authorize({ grant_type: '{{Grant}}', assertion: body + '.' + signature });
                """),
            new("sf CLI", "bash", $$"""
                sf org login jwt --client-id '{{id}}' --jwt-key-file {{KeyFile}} \
                  --username '{{user}}' --instance-url '{{server}}'
                """),
            new("simple-salesforce", "python", $$"""
                import time, uuid, jwt, requests
                from simple_salesforce import Salesforce

                assertion = jwt.encode({
                    'iss': '{{id}}', 'sub': '{{user}}', 'aud': '{{server}}',
                    'exp': int(time.time()) + 120, 'jti': str(uuid.uuid4()),
                }, open('{{KeyFile}}').read(), algorithm='RS256')
                answer = requests.post('{{token}}', data={
                    'grant_type': '{{Grant}}',
                    'assertion': assertion,
                }, timeout=30)
                answer.raise_for_status()
                salesforce = Salesforce(instance_url='{{server}}', session_id=answer.json()['access_token'])
                """),
            new(".NET", "csharp", $$"""
                using System.Buffers.Text;
                using System.Security.Cryptography;
                using System.Text;
                using System.Text.Json;

                static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

                using var key = RSA.Create();
                key.ImportFromPem(File.ReadAllText("{{KeyFile}}"));
                var body = Part(new { alg = "RS256" }) + "." + Part(new
                {
                    iss = "{{id}}", sub = "{{user}}", aud = "{{server}}",
                    exp = DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeSeconds(), jti = Guid.NewGuid(),
                });
                var signature = key.SignData(Encoding.ASCII.GetBytes(body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

                using var http = new HttpClient();
                using var answer = await http.PostAsync("{{token}}", new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "{{Grant}}",
                    ["assertion"] = body + "." + Base64Url.EncodeToString(signature),
                }));
                answer.EnsureSuccessStatusCode();
                """),
            new("Java", "java", $$"""
                import java.net.URI;
                import java.net.http.*;
                import java.nio.file.*;
                import java.security.*;
                import java.security.spec.PKCS8EncodedKeySpec;
                import java.util.*;

                var pem = Files.readString(Path.of("{{KeyFile}}")).replaceAll("-----[A-Z ]+-----|\\s", "");
                var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
                var part = Base64.getUrlEncoder().withoutPadding();
                var claims = "{\"iss\":\"{{id}}\",\"sub\":\"{{user}}\",\"aud\":\"{{server}}\",\"exp\":"
                    + (System.currentTimeMillis() / 1000 + 120) + ",\"jti\":\"" + UUID.randomUUID() + "\"}";
                var body = part.encodeToString("{\"alg\":\"RS256\"}".getBytes()) + "." + part.encodeToString(claims.getBytes());
                var signer = Signature.getInstance("SHA256withRSA");
                signer.initSign(key);
                signer.update(body.getBytes());
                var form = "grant_type={{Uri.EscapeDataString(Grant)}}&assertion=" + body + "." + part.encodeToString(signer.sign());
                var request = HttpRequest.newBuilder(URI.create("{{token}}"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)).build();
                var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                """),
        ];
    }
}
