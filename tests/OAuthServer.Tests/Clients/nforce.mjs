// nforce, unmodified: password with the security token, web server flow, refresh, identity, and the refusals it knows.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import nforce from 'nforce';

const facts = JSON.parse(await text(process.stdin));
const make = (more) => nforce.createConnection({
  clientId: facts.clientId, clientSecret: facts.secret, redirectUri: facts.redirectUri, mode: 'multi',
  authEndpoint: facts.url + '/services/oauth2/authorize', loginUri: facts.url + '/services/oauth2/token', ...more,
});
const org = make();

await assert.rejects(org.authenticate({ username: facts.username, password: facts.password }), /authentication failure/);
const oauth = await org.authenticate({ username: facts.username, password: facts.password, securityToken: facts.securityToken });
assert.equal(oauth.instance_url, facts.url);
assert.equal(typeof oauth.issued_at, 'string');
const identity = await org.getIdentity({ oauth });
assert.equal(identity.user_id, facts.userId);
await assert.rejects(org.getIdentity({ oauth: { ...oauth, access_token: '00D000000000001!nonsense' } }), /Bad_OAuth_Token/);

const answer = await fetch(org.getAuthUri({ scope: ['api', 'refresh_token'], state: 'here' }), { headers: { cookie: facts.cookie }, redirect: 'manual' });
const back = new URL(answer.headers.get('location'));
const web = await org.authenticate({ code: back.searchParams.get('code') });
assert.ok(web.refresh_token);
const again = await org.refreshToken({ oauth: web });
assert.equal((await org.getIdentity({ oauth: again })).username, facts.username);
