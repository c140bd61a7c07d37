// openid-client, unmodified: discovery, client credentials, password, refresh, userinfo, introspection, revocation.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { createPrivateKey } from 'node:crypto';
import * as client from 'openid-client';

const facts = JSON.parse(await text(process.stdin));

async function privateKey() {
  const [name, params] = {
    ES256: ['ECDSA', { namedCurve: 'P-256' }],
    RS256: ['RSASSA-PKCS1-v1_5', { hash: 'SHA-256' }],
    PS256: ['RSA-PSS', { hash: 'SHA-256' }],
  }[facts.algorithm];
  const der = createPrivateKey(facts.key).export({ format: 'der', type: 'pkcs8' });
  return { key: await crypto.subtle.importKey('pkcs8', der, { name, ...params }, false, ['sign']), kid: facts.keyId };
}

const authentication = facts.method === 'basic' ? client.ClientSecretBasic(facts.secret)
  : facts.method === 'post' ? client.ClientSecretPost(facts.secret)
  : client.PrivateKeyJwt(await privateKey());

for (const algorithm of ['oidc', 'oauth2']) {
  const config = await client.discovery(new URL(facts.url), facts.clientId, undefined, authentication, { execute: [client.allowInsecureRequests], algorithm });
  assert.equal(config.serverMetadata().issuer, facts.url);

  const own = await client.clientCredentialsGrant(config, { scope: 'api' });
  assert.equal(own.token_type, 'bearer');
  assert.equal(own.expires_in, 3600);
  assert.equal(own.scope, 'api');
  const seen = await client.tokenIntrospection(config, own.access_token);
  assert.equal(seen.active, true);
  assert.equal(seen.client_id, facts.clientId);
  await client.tokenRevocation(config, own.access_token);
  assert.deepEqual(await client.tokenIntrospection(config, own.access_token), { active: false });
  await assert.rejects(client.clientCredentialsGrant(config, { scope: 'admin' }), { error: 'invalid_scope', status: 400 });

  const login = await client.genericGrantRequest(config, 'password', { username: facts.username, password: facts.password });
  assert.equal((await client.fetchUserInfo(config, login.access_token, facts.subject)).preferred_username, facts.username);
  const refreshed = await client.refreshTokenGrant(config, login.refresh_token);
  assert.notEqual(refreshed.access_token, login.access_token);
  assert.equal((await client.tokenIntrospection(config, refreshed.refresh_token, { token_type_hint: 'refresh_token' })).active, true);
  await client.tokenRevocation(config, refreshed.refresh_token, { token_type_hint: 'refresh_token' });
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant', status: 400 });
  for (const token of [login.access_token, refreshed.access_token])
    assert.deepEqual(await client.tokenIntrospection(config, token), { active: false });
  await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, facts.subject), { code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' });
}
