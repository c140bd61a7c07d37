// jsforce, unmodified: JWT bearer, who am I, and what it makes of a refusal.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import jsforce from 'jsforce';

const facts = JSON.parse(await text(process.stdin));
const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const refused = new jsforce.Connection({ loginUrl: facts.url });
await assert.rejects(refused.authorize({ grant_type, assertion: facts.expired }), { name: 'invalid_grant', message: 'expired authorization code' });

// Without an app of its own configured, and with one: then it sends client_id and client_secret as well.
for (const options of [{ loginUrl: facts.url }, { oauth2: { loginUrl: facts.url, clientId: facts.clientId, clientSecret: facts.secret } }]) {
  const connection = new jsforce.Connection(options);
  const user = await connection.authorize({ grant_type, assertion: facts.assertions.pop() });
  assert.equal(user.id, facts.userId);
  assert.equal(user.organizationId, facts.orgId);
  assert.equal(connection.instanceUrl, facts.url);
  assert.match(connection.accessToken, /^00D\w{12}![A-Za-z0-9._]+$/);
}
