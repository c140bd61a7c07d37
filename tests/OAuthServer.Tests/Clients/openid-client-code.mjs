// openid-client, unmodified: code + PKCE, in the address and pushed, ID token with its signature, userinfo, refresh, device, logout.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import * as client from 'openid-client';
import { approve, leave } from './browser.mjs';

const facts = JSON.parse(await text(process.stdin));
const authentication = facts.secret ? client.ClientSecretBasic(facts.secret) : client.None();
const config = await client.discovery(
  new URL(facts.url), facts.clientId, { id_token_signed_response_alg: facts.algorithm }, authentication,
  { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] });
assert.ok(config.serverMetadata().supportsPKCE());

async function signIn(build, more = {}) {
  const [pkceCodeVerifier, expectedState, expectedNonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
  const url = await build(config, {
    redirect_uri: facts.redirectUri, scope: 'openid profile email offline_access', state: expectedState, nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256', ...more,
  });
  const back = await leave(url, facts.cookie);
  return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: more.max_age });
}

for (const build of [client.buildAuthorizationUrl, client.buildAuthorizationUrlWithPAR]) {
  const tokens = await signIn(build, { max_age: 10000 });
  assert.equal(tokens.claims().sub, facts.subject);
  const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(user.preferred_username, facts.username);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, facts.subject);
  assert.equal(refreshed.claims().auth_time, tokens.claims().auth_time);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  facts.idToken = refreshed.id_token;
}

const device = await client.initiateDeviceAuthorization(config, { scope: 'openid email' });
await approve(device.verification_uri_complete, facts.cookie);
const onDevice = await client.pollDeviceAuthorizationGrant(config, device);
assert.equal(onDevice.claims().sub, facts.subject);

const silent = await signIn(client.buildAuthorizationUrl, { prompt: 'none', id_token_hint: facts.idToken });
assert.equal(silent.claims().sub, facts.subject);
await assert.rejects(signIn(client.buildAuthorizationUrl, { scope: 'admin' }), { error: 'invalid_scope' });

const goodbye = await leave(
  client.buildEndSessionUrl(config, { post_logout_redirect_uri: facts.goodbyeUri, id_token_hint: silent.id_token, state: 'bye' }), facts.cookie);
assert.equal(goodbye.href, `${facts.goodbyeUri}?state=bye`);
await assert.rejects(signIn(client.buildAuthorizationUrl, { prompt: 'none' }), { error: 'login_required' });
