// jsforce, unmodified, by every way it can log in: SOAP, password, web server with PKCE and refresh, JWT, client credentials; who am I, log out, revoke, and each refusal.
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import jsforce from 'jsforce';

const facts = JSON.parse(await text(process.stdin));
const oauth2 = { loginUrl: facts.url, clientId: facts.clientId, clientSecret: facts.secret, redirectUri: facts.redirectUri };
const isWho = (user) => {
  assert.equal(user.id, facts.userId);
  assert.equal(user.organizationId, facts.orgId);
};
const alive = (token) => fetch(`${facts.url}/services/data/v59.0`, { headers: { authorization: 'Bearer ' + token } }).then((answer) => answer.status);

// SOAP login, as jsforce does without an OAuth client.
const invalid = { message: /^INVALID_LOGIN: Invalid username, password, security token; or user locked out\./ };
await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).login(facts.username, 'wrong'), invalid);
await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).login('nobody@example.test', 'wrong'), invalid);
await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).login(facts.username, facts.password), invalid);
const wrongToken = facts.password + facts.securityToken.slice(1) + 'x';
await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).login(facts.username, wrongToken), invalid);
const soap = new jsforce.Connection({ loginUrl: facts.url, version: '59.0' });
isWho(await soap.login(facts.username, facts.password + facts.securityToken));
assert.equal(soap.instanceUrl, facts.url);
assert.match(soap.accessToken, /^00D\w{12}![A-Za-z0-9._]+$/);
const identity = await soap.identity();
assert.equal(identity.user_id, facts.userId);
assert.equal(identity.organization_id, facts.orgId);
assert.equal(identity.username, facts.username);
const organization = await soap.query('SELECT Name, IsSandbox FROM Organization');
assert.equal(organization.records[0].Name, facts.orgName);
const session = soap.accessToken;
assert.equal(await alive(session), 200);
await soap.logout();
assert.equal(await alive(session), 401);

// The password in the OAuth grant, refused and accepted.
await assert.rejects(new jsforce.Connection({ oauth2 }).login(facts.username, facts.password), { name: 'invalid_grant', message: 'authentication failure' });
isWho(await new jsforce.Connection({ oauth2 }).login(facts.username, facts.password + facts.securityToken));
await assert.rejects(
  new jsforce.Connection({ oauth2: { ...oauth2, clientSecret: 'wrong' } }).login(facts.username, facts.password + facts.securityToken),
  { name: 'invalid_client', message: 'invalid client credentials' });

await assert.rejects(new jsforce.Connection({ oauth2 }).login(facts.username, wrongToken), { name: 'invalid_grant', message: 'authentication failure' });

// Colleagues who are kept out, though what they send is right.
for (const one of facts.keptOut) {
  await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).login(one.username, one.password), { message: new RegExp(`^${one.fault}: `) });
  await assert.rejects(new jsforce.Connection({ oauth2 }).login(one.username, one.password), { name: one.error, message: one.description });
}

// The web server flow, with the verifier of 171 characters that jsforce makes.
const web = new jsforce.Connection({ oauth2: { ...oauth2, useVerifier: true } });
const ask = async (connection) => {
  const answer = await fetch(connection.oauth2.getAuthorizationUrl({ scope: 'api refresh_token id', state: 'here' }), { headers: { cookie: facts.cookie }, redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 'here');
  return back.searchParams.get('code');
};
isWho(await web.authorize(await ask(web)));
assert.match(web.refreshToken, /^[A-Za-z0-9._-]+={0,2}$/);
assert.equal((await web.identity()).username, facts.username);
const refreshed = await web.oauth2.refreshToken(web.refreshToken);
assert.equal(await alive(refreshed.access_token), 200);
assert.equal(refreshed.instance_url, facts.url);
const stranger = new jsforce.Connection({ oauth2: { ...oauth2, useVerifier: true } });
const code = await ask(stranger);
stranger.oauth2.codeVerifier = 'x'.repeat(171);
await assert.rejects(stranger.authorize(code), { name: 'invalid_grant' });

// A connection whose access token died fetches another by itself, goes on, and says so.
const { accessToken, refreshToken } = web;
const renewing = new jsforce.Connection({ oauth2, instanceUrl: facts.url, accessToken, refreshToken });
const renewed = [];
renewing.on('refresh', (token) => renewed.push(token));
await web.oauth2.revokeToken(accessToken);
assert.equal(await alive(accessToken), 401);
assert.equal((await renewing.query('SELECT Name FROM Organization')).records[0].Name, facts.orgName);
assert.deepEqual(renewed, [renewing.accessToken]);
assert.notEqual(renewing.accessToken, accessToken);
assert.equal(renewing.refreshToken, refreshToken);

// Logging out for good ends the refresh token, and what was made of it.
assert.equal(await alive(refreshed.access_token), 200);
await web.logout(true);
await assert.rejects(renewing.oauth2.refreshToken(refreshToken), { name: 'invalid_grant', message: 'expired access/refresh token' });
assert.equal(await alive(refreshed.access_token), 401);
await assert.rejects(renewing.query('SELECT Name FROM Organization'), { message: 'Unable to refresh session due to: expired access/refresh token' });
assert.equal(renewed.length, 1);

// A client without a secret gets another refresh token with each access token, and takes it itself.
const publicClient = { loginUrl: facts.url, clientId: 'PlatformCLI', redirectUri: facts.redirectUri, useVerifier: true };
const first = new jsforce.Connection({ oauth2: publicClient });
isWho(await first.authorize(await ask(first)));
const holder = new jsforce.Connection({ oauth2: publicClient, instanceUrl: facts.url, accessToken: first.accessToken, refreshToken: first.refreshToken });
holder.on('refresh', (_, answer) => {
  holder.refreshToken = answer.refresh_token ?? holder.refreshToken;
});
for (let turn = 0; turn < 2; turn++) {
  const used = holder.refreshToken;
  await holder.oauth2.revokeToken(holder.accessToken);
  assert.equal((await holder.query('SELECT Name FROM Organization')).records[0].Name, facts.orgName);
  assert.notEqual(holder.refreshToken, used);
}

// JWT bearer, signed by the app's key.
const assertionOf = (claims) => {
  const parts = [{ alg: 'RS256' }, { iss: facts.clientId, sub: facts.username, aud: facts.url, exp: Math.floor(Date.now() / 1000) + 180, ...claims }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), readFileSync(facts.keyFile)).toString('base64url')}`;
};
const bearer = (claims) => ({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertionOf(claims) });
const signing = new jsforce.Connection({ loginUrl: facts.url });
isWho(await signing.authorize(bearer()));
assert.equal((await signing.identity()).username, facts.username);
for (const [claims, name, message] of [
  [{ sub: 'nobody@example.test' }, 'invalid_grant', "user hasn't approved this consumer"],
  [{ aud: 'https://elsewhere.example' }, 'invalid_grant', 'audience is invalid'],
  [{ exp: Math.floor(Date.now() / 1000) - 600 }, 'invalid_grant', 'expired authorization code'],
  [{ iss: 'nobody', aud: 'https://login.salesforce.com' }, 'invalid_client_id', 'client identifier invalid'],
]) {
  await assert.rejects(new jsforce.Connection({ loginUrl: facts.url }).authorize(bearer(claims)), { name, message });
}

// As a program.
const program = new jsforce.Connection({ oauth2 });
isWho(await program.authorize({ grant_type: 'client_credentials' }));
await program.oauth2.revokeToken(program.accessToken);
assert.equal(await alive(program.accessToken), 401);
await assert.rejects(program.identity(), { name: 'ERROR_HTTP_403', message: 'Bad_OAuth_Token' });
await assert.rejects(program.oauth2.revokeToken('00D000000000001!nonsense'), /invalid_token/);
