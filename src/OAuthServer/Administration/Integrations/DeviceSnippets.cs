using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for a tool without a browser that a person approves elsewhere: the device flow (RFC 8628). The app has no secret.</summary>
static class DeviceSnippets
{
    const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    internal static IReadOnlyList<Snippet> Of(SnippetFacts facts)
    {
        var (server, token, id) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId));
        var begin = server + "/services/oauth2/device_authorization";
        return
        [
            new("curl", "bash", $$"""
                curl -sS '{{begin}}' -d client_id='{{id}}'
                # Show user_code and verification_uri to the person; then, every "interval" seconds:
                curl -sS '{{token}}' -d grant_type={{Grant}} \
                  -d client_id='{{id}}' -d device_code="$DEVICE_CODE"
                """),
            new("jsforce", "javascript", $$"""
                // jsforce has no login of this kind: it takes the access token.
                import jsforce from 'jsforce';

                const post = async (url, fields) => (await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })).json();
                const device = await post('{{begin}}', { client_id: '{{id}}' });
                console.log('Open ' + device.verification_uri + ' and enter ' + device.user_code);
                let answer, wait = Number(device.interval ?? 5);
                do {
                  await new Promise(done => setTimeout(done, wait * 1000));
                  answer = await post('{{token}}', {
                    grant_type: '{{Grant}}', client_id: '{{id}}', device_code: device.device_code,
                  });
                  if (answer.error === 'slow_down') wait += 5;
                } while (answer.error === 'authorization_pending' || answer.error === 'slow_down');
                if (answer.error) throw new Error(answer.error);
                const connection = new jsforce.Connection({ instanceUrl: '{{server}}', accessToken: answer.access_token });
                """),
            new("sf CLI", "bash", $$"""
                sf org login device --client-id '{{id}}' --instance-url '{{server}}'
                """),
            new("simple-salesforce", "python", $$"""
                # simple-salesforce has no login of this kind: it takes the access token.
                import requests, time
                from simple_salesforce import Salesforce

                device = requests.post('{{begin}}', data={'client_id': '{{id}}'}, timeout=30).json()
                print('Open', device['verification_uri'], 'and enter', device['user_code'])
                wait = int(device.get('interval', 5))
                while True:
                    time.sleep(wait)
                    answer = requests.post('{{token}}', data={
                        'grant_type': '{{Grant}}',
                        'client_id': '{{id}}',
                        'device_code': device['device_code'],
                    }, timeout=30)
                    error = answer.json().get('error')
                    if error == 'slow_down':
                        wait += 5
                    elif error != 'authorization_pending':
                        break
                answer.raise_for_status()
                salesforce = Salesforce(instance_url='{{server}}', session_id=answer.json()['access_token'])
                """),
            new(".NET", "csharp", $$"""
                using System.Net.Http.Json;
                using System.Text.Json;

                using var http = new HttpClient();
                async Task<JsonElement> PostAsync(string url, Dictionary<string, string> fields)
                {
                    using var answer = await http.PostAsync(url, new FormUrlEncodedContent(fields));
                    return await answer.Content.ReadFromJsonAsync<JsonElement>();
                }

                var device = await PostAsync("{{begin}}", new() { ["client_id"] = "{{id}}" });
                Console.WriteLine($"Open {device.GetProperty("verification_uri")} and enter {device.GetProperty("user_code")}");
                var wait = device.TryGetProperty("interval", out var interval) ? int.Parse(interval.ToString()) : 5;
                string? accessToken = null;
                while (accessToken is null)
                {
                    await Task.Delay(TimeSpan.FromSeconds(wait));
                    var answer = await PostAsync("{{token}}", new()
                    {
                        ["grant_type"] = "{{Grant}}",
                        ["client_id"] = "{{id}}",
                        ["device_code"] = device.GetProperty("device_code").GetString()!,
                    });
                    var error = answer.TryGetProperty("error", out var word) ? word.GetString() : null;
                    if (error is null)
                        accessToken = answer.GetProperty("access_token").GetString();
                    else if (error == "slow_down")
                        wait += 5;
                    else if (error != "authorization_pending")
                        throw new InvalidOperationException(error);
                }
                """),
            new("Java", "java", $$"""
                import java.net.URI;
                import java.net.URLEncoder;
                import java.net.http.*;
                import java.util.function.*;
                import java.util.regex.*;
                import static java.nio.charset.StandardCharsets.UTF_8;

                var http = HttpClient.newHttpClient();
                var form = "client_id=" + URLEncoder.encode("{{id}}", UTF_8);
                BiFunction<String, String, HttpRequest> post = (url, body) -> HttpRequest.newBuilder(URI.create(url))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build();
                // Use your JSON library instead, where there is one.
                BiFunction<String, String, String> member = (json, name) -> {
                    var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}]*)").matcher(json);
                    return found.find() ? found.group(1) : null;
                };
                var device = http.send(post.apply("{{begin}}", form), HttpResponse.BodyHandlers.ofString()).body();
                System.out.println("Open " + member.apply(device, "verification_uri") + " and enter " + member.apply(device, "user_code"));
                var interval = member.apply(device, "interval");
                var wait = interval == null ? 5 : Integer.parseInt(interval);
                String accessToken = null;
                while (accessToken == null) {
                    Thread.sleep(wait * 1000L);
                    var answer = http.send(post.apply("{{token}}", form + "&grant_type={{Uri.EscapeDataString(Grant)}}&device_code="
                        + URLEncoder.encode(member.apply(device, "device_code"), UTF_8)), HttpResponse.BodyHandlers.ofString()).body();
                    var error = member.apply(answer, "error");
                    if (error == null) accessToken = member.apply(answer, "access_token");
                    else if (error.equals("slow_down")) wait += 5;
                    else if (!error.equals("authorization_pending")) throw new IllegalStateException(error);
                }
                """),
        ];
    }
}
