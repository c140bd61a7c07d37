// oauth4webapi, unmodified: code + PKCE by PAR, every validation it knows, userinfo, refresh, revocation, device.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import * as oauth from 'oauth4webapi';
import { approve, leave } from './browser.mjs';

const facts = JSON.parse(await text(process.stdin));
const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(facts.url);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const client = { client_id: facts.clientId, id_token_signed_response_alg: facts.algorithm };
const authentication = facts.secret ? oauth.ClientSecretPost(facts.secret) : oauth.None();

const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
const pushed = await oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, authentication, new URLSearchParams({
  response_type: 'code', redirect_uri: facts.redirectUri, scope: 'openid email offline_access', state, nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
}), insecure));

const url = new URL(as.authorization_endpoint);
url.search = new URLSearchParams({ client_id: facts.clientId, request_uri: pushed.request_uri });
const answer = oauth.validateAuthResponse(as, client, await leave(url, facts.cookie), state);
const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, facts.redirectUri, verifier, insecure);
const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
await oauth.validateApplicationLevelSignature(as, response, insecure);
const claims = oauth.getValidatedIdTokenClaims(tokens);
assert.equal(claims.sub, facts.subject);

const user = await oauth.processUserInfoResponse(as, client, claims.sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
assert.equal(typeof user.email_verified, 'boolean');
const refreshed = await oauth.processRefreshTokenResponse(
  as, client, await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, insecure));
assert.equal(oauth.getValidatedIdTokenClaims(refreshed).sub, claims.sub);
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token, insecure));
const dead = await oauth.userInfoRequest(as, client, refreshed.access_token, insecure);
assert.equal(dead.status, 401);

const replayed = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, facts.redirectUri, verifier, insecure);
await assert.rejects(oauth.processAuthorizationCodeResponse(as, client, replayed), { error: 'invalid_grant' });

const device = await oauth.processDeviceAuthorizationResponse(
  as, client, await oauth.deviceAuthorizationRequest(as, client, authentication, new URLSearchParams({ scope: 'openid email' }), insecure));
await approve(device.verification_uri_complete, facts.cookie);
const onDevice = await oauth.processDeviceCodeResponse(
  as, client, await oauth.deviceCodeGrantRequest(as, client, authentication, device.device_code, insecure));
assert.equal(oauth.getValidatedIdTokenClaims(onDevice).sub, facts.subject);
