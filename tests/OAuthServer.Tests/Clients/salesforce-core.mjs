// @salesforce/core, unmodified, by the ways sf CLI logs in: JWT bearer, a browser (with the built-in PlatformCLI), an access token.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { signIn } from './person.mjs';
import { AuthInfo, AuthRemover, Connection, Org, StateAggregator, WebOAuthServer } from '@salesforce/core';

const facts = JSON.parse(await text(process.stdin));
const who = (info) => {
  assert.equal(info.getUsername(), facts.username);
  assert.equal(info.getFields().orgId, facts.orgId);
};

// As sf org logout does.
const logOut = async () => (await AuthRemover.create()).removeAuth(facts.username);

const jwt = await AuthInfo.create({ username: facts.username, oauth2Options: { clientId: facts.clientId, privateKey: facts.keyFile, loginUrl: facts.url } });
who(jwt);
const connection = await Connection.create({ authInfo: jwt });
assert.equal((await connection.identity()).user_id, facts.userId);
assert.equal((await connection.singleRecordQuery('SELECT Name FROM Organization')).Name, facts.orgName);
await jwt.save();
const org = await Org.create({ aliasOrUsername: facts.username });
assert.equal(org.getOrgId(), facts.orgId);
await assert.rejects(
  AuthInfo.create({ username: 'nobody@example.test', oauth2Options: { clientId: facts.clientId, privateKey: facts.keyFile, loginUrl: facts.url } }),
  /user hasn't approved this consumer/);
await logOut();

// A browser: the library listens on port 1717, and the browser that is signed in is sent there.
const server = await WebOAuthServer.create({ oauthConfig: { loginUrl: facts.url } });
await server.start();
const url = new URL(server.getAuthorizationUrl());
assert.equal(url.searchParams.get('client_id'), 'PlatformCLI');
const [authInfo] = await Promise.all([
  server.authorizeAndSave(),
  (async () => {
    await fetch(await signIn(url, facts.username, facts.password)); // and on to the page that says so
  })(),
]);
who(authInfo);
assert.ok(authInfo.getFields(true).refreshToken);
const browser = await Connection.create({ authInfo });
assert.equal((await browser.identity()).username, facts.username);

// Its access token dies twice: each time it fetches another, and keeps the refresh token that comes with it, as a public client's is used once.
const kept = [authInfo.getFields(true).refreshToken];
for (let turn = 0; turn < 2; turn++) {
  const dead = browser.accessToken;
  assert.equal((await fetch(`${facts.url}/services/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token: dead }) })).status, 200);
  await browser.refreshAuth();
  assert.notEqual(browser.accessToken, dead);
  assert.equal((await browser.identity()).username, facts.username);
  StateAggregator.clearInstance(); // so that it is read from the file
  kept.push((await AuthInfo.create({ username: facts.username })).getFields(true).refreshToken);
}
assert.equal(new Set(kept).size, 3);
const token = browser.accessToken;
await logOut();

// An access token that came from elsewhere.
const given = await AuthInfo.create({ accessTokenOptions: { accessToken: token, instanceUrl: facts.url } });
who(given);
