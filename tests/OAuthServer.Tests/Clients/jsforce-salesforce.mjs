// jsforce, unmodified, by every way it can log in: SOAP, web server with PKCE and refresh, client credentials; who am I, log out, revoke, and each refusal.
import assert from 'node:assert/strict';
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
await web.logout(true);
await assert.rejects(web.oauth2.refreshToken(web.refreshToken ?? refreshed.refresh_token ?? 'gone'), { name: 'invalid_grant', message: 'expired access/refresh token' });

// As a program; a connection whose token died fetches another by itself.
const program = new jsforce.Connection({ oauth2 });
isWho(await program.authorize({ grant_type: 'client_credentials' }));
await program.oauth2.revokeToken(program.accessToken);
assert.equal(await alive(program.accessToken), 401);
await assert.rejects(program.identity());
await assert.rejects(program.oauth2.revokeToken('00D000000000001!nonsense'), /invalid_token/);
