// A person at a browser who is sent to the server by an app, signs in when asked, and is sent back.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

export async function signIn(url, username, password) {
  const home = new URL(url).origin;
  const cookies = new Map();
  let body;
  for (let pages = 0; pages < 12; pages++) {
    const response = await fetch(url, { method: body ? 'POST' : 'GET', body, redirect: 'manual', headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } });
    for (const line of response.headers.getSetCookie()) cookies.set(...line.split(';')[0].split(/=(.*)/s).slice(0, 2));
    if ([302, 303].includes(response.status)) {
      [url, body] = [new URL(response.headers.get('location'), url), undefined];
      if (url.origin !== home) return url;
      continue;
    }
    const html = await response.text();
    assert.equal(response.status, 200, html);
    const form = [...html.matchAll(/<form method="post"[^>]*>.*?<\/form>/gs)].map((match) => match[0]).find((text) => /name="Username"|type="password"/.test(text));
    assert.ok(form, html);
    body = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*>/g)) {
      const attribute = (name) => input.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? '';
      const [name, type] = [attribute('name'), attribute('type')];
      body.set(name, type === 'password' ? password : name === 'Username' ? username : attribute('value').replaceAll('&amp;', '&').replaceAll('&#x2B;', '+'));
    }
  }
  assert.fail('The pages do not end.');
}

// As the system opens it for sf CLI: BROWSER URL.
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const back = await signIn(process.argv[2], process.env.TEST_USERNAME, process.env.TEST_PASSWORD);
  await fetch(back); // and on to the page that says so
}
