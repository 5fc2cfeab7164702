import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = path.resolve(__dirname, '..', '..');
const GUIDE = readFileSync(path.join(ROOT, 'docs', 'guides', 'operate.md'), 'utf8');
const [, WITHOUT_AN_ORG = ''] = GUIDE.split('## Try it without an org');
const listings = (language: string) =>
  [...WITHOUT_AN_ORG.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, listing = '']) => listing,
  );

let folder: string;
let script: ReturnType<typeof spawn> | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'operate-guide-'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const plugins = ['@connector-runtime/salesforce-rest'];
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ connectorRuntime: { plugins } }));
});
afterEach(() => {
  try {
    if (script?.pid !== undefined) process.kill(-script.pid);
  } catch {
    // All of it has ended.
  }
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('the lines that try it without an org run as a script, and leave no org behind', async () => {
  const port = String(await freePort());
  const [start = '', rest = ''] = listings('sh');
  const [connection = '', query = ''] = listings('json').map((listing) => listing.replace('8123', port));
  writeFileSync(path.join(folder, 'typed.json'), connection);
  writeFileSync(path.join(folder, 'query.json'), query);
  const lines = ['set -e', start.replace('8123', port), 'cp typed.json connection.json', rest].join('\n');

  script = spawn('sh', ['-c', lines], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(script.stdout as NonNullable<typeof script.stdout>);
  const complained = text(script.stderr as NonNullable<typeof script.stderr>);
  // Not before the org, which shares stderr, has ended too.
  const [code] = await once(script, 'close');

  expect([code, code === 0 ? '' : await complained]).toEqual([0, '']);
  expect((await said).split('\n').filter((line) => line.includes('"output"'))).toHaveLength(5);
});
