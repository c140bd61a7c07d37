// A browser in which somebody is signed in: it follows the server's redirects, and stops where they lead away from it.
import assert from 'node:assert/strict';

export async function leave(url, cookie) {
  const home = new URL(url).origin;
  for (let hops = 0; hops < 5; hops++) {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    assert.ok([302, 303].includes(response.status), `${response.status} ${await response.text()}`);
    const next = new URL(response.headers.get('location'), url);
    if (next.origin !== home) return next;
    url = next;
  }
  assert.fail('The redirects do not end.');
}
