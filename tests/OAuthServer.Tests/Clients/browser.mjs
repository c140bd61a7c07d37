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

// A person who is signed in says yes at the page that a device names.
export async function approve(url, cookie) {
  const page = await fetch(url, { headers: { cookie }, redirect: 'manual' });
  assert.equal(page.status, 200);
  const html = await page.text();
  const field = (name) => html.match(new RegExp(`name="${name}"[^>]*value="([^"]+)"`))[1];
  const own = page.headers.getSetCookie().map((line) => line.split(';')[0]);
  const answer = await fetch(new URL('/setup/connect/approve', url), {
    method: 'POST',
    headers: { cookie: [cookie, ...own].join('; ') },
    body: new URLSearchParams({ user_code: field('user_code'), __RequestVerificationToken: field('__RequestVerificationToken') }),
  });
  assert.equal(answer.status, 200);
}
