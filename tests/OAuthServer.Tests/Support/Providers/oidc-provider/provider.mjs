// An OpenID provider (npm oidc-provider, unmodified) with the clients and accounts that a test names. Each line of standard input is a
// whole configuration and holds at once, sessions kept; what happens is said on standard output. Ends with its standard input.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const events = ['authorization.error', 'grant.error', 'userinfo.error', 'end_session.error', 'backchannel.success', 'backchannel.error', 'server_error'];
const escape = (value) => String(value ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

// What the provider keeps outlives a change of its configuration: the library's own memory does not.
const kept = new Map();

class Memory {
  constructor(name) { this.name = name; }

  async upsert(id, payload) { kept.set(`${this.name} ${id}`, structuredClone(payload)); }

  async find(id) { return structuredClone(kept.get(`${this.name} ${id}`)); }

  async findByUid(uid) { return structuredClone(this.#all().find(([, { uid: other }]) => other === uid)?.[1]); }

  async consume(id) { kept.get(`${this.name} ${id}`).consumed = Math.floor(Date.now() / 1000); }

  async destroy(id) { kept.delete(`${this.name} ${id}`); }

  async revokeByGrantId(grantId) {
    for (const [key] of this.#all().filter(([, { grantId: other }]) => other === grantId))
      kept.delete(key);
  }

  #all() { return [...kept].filter(([key]) => key.startsWith(`${this.name} `)); }
}

const page = (title, body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;

const signInPage = (username, problem) => page('Sign in at the provider', `
  <form method="post">
    <p role="alert">${problem}</p>
    <p><label>Username <input name="username" value="${escape(username)}" autocomplete="off"></label></p>
    <p><label>Password <input name="password" type="password" autocomplete="off"></label></p>
    <p><button>Sign in</button> <button name="cancel" value="yes">Cancel</button></p>
  </form>`);

const signOutPage = (form) => page('Sign out at the provider', `
  ${form}
  <p><button form="op.logoutForm" name="logout" value="yes">Sign out</button> <button form="op.logoutForm">Stay signed in</button></p>`);

async function interact(provider, accounts, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'consent') {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ clientId: params.client_id, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    const id = await grant.save();
    return provider.interactionFinished(request, response, { consent: { grantId: id } });
  }
  let [username, problem] = [params.login_hint, ''];
  if (request.method === 'POST') {
    const form = new URLSearchParams(await text(request));
    username = form.get('username');
    if (form.has('cancel'))
      return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'The sign-in was cancelled.' });
    const account = accounts.find((one) => one.username === username && one.password === form.get('password'));
    if (account)
      return provider.interactionFinished(request, response, { login: { accountId: account.subject, amr: account.amr ?? undefined, acr: account.acr ?? undefined } });
    problem = 'Username or password is wrong.';
  }
  response.setHeader('content-type', 'text/html');
  response.end(signInPage(username, problem));
}

function configured({ issuer, keys, clients, accounts, claimsInIdToken, requirePkce, cookieKey }) {
  const { port } = new URL(issuer);
  const others = [...new Set(accounts.flatMap(({ claims }) => Object.keys(claims)))].filter((claim) => !claim.startsWith('email'));
  const provider = new Provider(issuer, {
    adapter: Memory,
    jwks: { keys },
    clients,
    // All loopback ports share one jar of cookies.
    cookies: { keys: [cookieKey], names: { session: `op${port}`, interaction: `op${port}_interaction`, resume: `op${port}_resume` } },
    acrValues: [...new Set(accounts.flatMap(({ acr }) => acr ?? []))],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], email: ['email', 'email_verified'], profile: others, groups: ['groups'] },
    conformIdTokenClaims: !claimsInIdToken,
    pkce: { required: () => requirePkce },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, subject) => {
      const account = accounts.find((one) => one.subject === subject);
      return account && { accountId: subject, claims: () => ({ ...account.claims, sub: subject }) };
    },
    async loadExistingGrant({ oidc }) {
      const id = oidc.result?.consent?.grantId ?? oidc.session.grantIdFor(oidc.client.clientId);
      const grant = (id && await oidc.provider.Grant.find(id))
        || new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(oidc.params.scope);
      grant.addOIDCClaims([...oidc.requestParamClaims]);
      await grant.save();
      return grant;
    },
    // The library keeps away from loopback addresses and is short of patience; both are right outside of tests.
    fetch: (url, { dispatcher, ...options }) => fetch(url, { ...options, signal: AbortSignal.timeout(15_000) }),
    ttl: { Session: 86_400, Grant: 86_400, Interaction: 3_600, AccessToken: 3_600, IdToken: 3_600 },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => { context.body = signOutPage(form); },
        postLogoutSuccessSource: (context) => { context.body = page('Signed out at the provider', ''); },
      },
    },
  });
  for (const event of events)
    provider.on(event, (_, ...facts) => {
      const problem = facts.find((fact) => fact instanceof Error);
      console.log(event, problem ? `${problem.message} ${problem.error_description ?? ''} ${problem.error_detail ?? ''}` : '');
    });
  const rest = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith('/interaction/'))
      return rest(request, response);
    try {
      await interact(provider, accounts, request, response);
    } catch (problem) {
      response.statusCode = 400;
      response.setHeader('content-type', 'text/html');
      response.end(page('The provider cannot go on', escape(problem.message)));
    }
  };
}

let answer;
const server = createServer((request, response) => answer(request, response));
for await (const line of createInterface({ input: process.stdin })) {
  const facts = JSON.parse(line);
  answer = configured(facts);
  if (!server.listening)
    await new Promise((resolve, reject) => server.once('error', reject).listen(Number(new URL(facts.issuer).port), '127.0.0.1', resolve));
  console.log(`configured ${facts.version}.`);
}
process.exit();
