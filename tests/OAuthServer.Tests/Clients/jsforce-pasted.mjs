// The settings that the migration desk gives to be pasted, as they are: written to a file and run.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const facts = JSON.parse(await text(process.stdin));
const here = process.cwd();
const folder = mkdtempSync(join(here, 'pasted-')); // inside, so that it finds jsforce
try {
  process.env.CLIENT_SECRET = facts.secret ?? '';
  if (facts.key) {
    writeFileSync(join(folder, 'integration.pem'), facts.key, { mode: 0o600 });
  }
  writeFileSync(join(folder, 'pasted.mjs'), facts.pasted + '\nexport const user = connection.userInfo;\n');
  process.chdir(folder);
  const { user } = await import(join(folder, 'pasted.mjs'));
  assert.equal(user.id, facts.userId);
} finally {
  process.chdir(here);
  rmSync(folder, { recursive: true });
}
