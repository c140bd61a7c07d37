using static OAuthServer.Administration.Integrations.Snippets;

namespace OAuthServer.Administration.Integrations;

/// <summary>Settings for ways at whose beginning a person or an assertion of one stands.</summary>
static class PeopleSnippets
{
    /// <summary>The code flow with PKCE (RFC 7636).</summary>
    internal static IReadOnlyList<Snippet> Code(SnippetFacts facts)
    {
        var (server, token, id, back) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId), Plain(facts.RedirectUri));
        return
        [
            new("curl", "bash", $$"""
                verifier=$(openssl rand -hex 32)
                challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
                echo "Open: {{server}}/services/oauth2/authorize?response_type=code&client_id={{Uri.EscapeDataString(id)}}&redirect_uri={{Uri.EscapeDataString(back)}}&code_challenge=$challenge&code_challenge_method=S256"
                read -r -p 'code: ' code
                curl -sS '{{token}}' -d grant_type=authorization_code -d client_id='{{id}}' \
                  --data-urlencode redirect_uri='{{back}}' -d code_verifier="$verifier" --data-urlencode code="$code"
                """),
            new("jsforce", "javascript", $$"""
                const oauth2 = new jsforce.OAuth2({ loginUrl: '{{server}}', clientId: '{{id}}', redirectUri: '{{back}}', useVerifier: true });
                // Send the browser to oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }); with the code that comes back:
                const connection = new jsforce.Connection({ oauth2 });
                await connection.authorize(code);
                """),
            new("sf CLI", "bash", $$"""
                sf org login web --client-id '{{id}}' --instance-url '{{server}}'
                """),
        ];
    }

    /// <summary>The device flow (RFC 8628).</summary>
    internal static IReadOnlyList<Snippet> Device(SnippetFacts facts)
    {
        var (server, token, id) = (Plain(facts.Server), Plain(facts.TokenUrl), Plain(facts.ClientId));
        return
        [
            new("curl", "bash", $$"""
                curl -sS '{{server}}/services/oauth2/device_authorization' -d client_id='{{id}}'
                # Show user_code and verification_uri to the person; then, every "interval" seconds:
                curl -sS '{{token}}' -d grant_type=urn:ietf:params:oauth:grant-type:device_code \
                  -d client_id='{{id}}' -d device_code="$DEVICE_CODE"
                """),
            new("sf CLI", "bash", $$"""
                sf org login device --client-id '{{id}}' --instance-url '{{server}}'
                """),
        ];
    }

    /// <summary>A SAML assertion for an access token (RFC 7522).</summary>
    internal static Snippet Saml(SnippetFacts facts) => new("curl", "bash", $$"""
        # assertion.xml: signed by your identity provider, for {{Plain(facts.TokenUrl)}}
        curl -sS '{{Plain(facts.TokenUrl)}}' \
          -d grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer \
          -d client_id='{{Plain(facts.ClientId)}}' --data-urlencode client_secret="${{SecretVariable}}" \
          --data-urlencode assertion="$(openssl base64 -A -in assertion.xml | tr '+/' '-_' | tr -d '=')"
        """);
}
