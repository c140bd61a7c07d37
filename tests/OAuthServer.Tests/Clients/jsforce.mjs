// jsforce, unmodified: the OAuth 2.0 username-password flow, who am I, log out.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import jsforce from 'jsforce';

const facts = JSON.parse(await text(process.stdin));
const oauth2 = { loginUrl: facts.url, clientId: facts.clientId, clientSecret: facts.secret };

const refused = new jsforce.Connection({ oauth2 });
await assert.rejects(refused.loginByOAuth2(facts.username, facts.password), { name: 'invalid_grant', message: 'authentication failure' });

const connection = new jsforce.Connection({ oauth2 });
const user = await connection.loginByOAuth2(facts.username, facts.password + facts.securityToken);
assert.equal(user.id, facts.userId);
assert.equal(user.organizationId, facts.orgId);
assert.deepEqual(connection.userInfo, user);
assert.equal(connection.instanceUrl, facts.url);
assert.match(connection.accessToken, /^00D\w{12}![A-Za-z0-9._]+$/);

const token = connection.accessToken;
const userInfo = () => fetch(facts.url + '/services/oauth2/userinfo', { headers: { authorization: 'Bearer ' + token } });
const before = await userInfo();
assert.equal(before.status, 200);
assert.equal((await before.json()).user_id, facts.userId);

await connection.logout();
assert.equal(connection.accessToken, null);
const after = await userInfo();
assert.equal(after.status, 403);
assert.equal(await after.text(), 'Bad_OAuth_Token');

// As a program: client credentials, on the same connection type.
const program = new jsforce.Connection({ oauth2 });
const itself = await program.authorize({ grant_type: 'client_credentials' });
assert.equal(itself.id, facts.userId);
await program.logout();
