import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

test("the page of Salesforce's properties is what its manifest says", () => {
  const command = path.join(ROOT, 'runtime', 'bin', 'connector.js');
  const { stdout, status } = spawnSync(process.execPath, [command, 'describe', 'salesforce-rest', '--reference'], {
    cwd: ROOT,
    encoding: 'utf8',
  });

  expect(status).toBe(0);
  expect(readFileSync(path.join(ROOT, 'docs', 'reference', 'salesforce-rest', 'properties.md'), 'utf8')).toBe(stdout);
});

/** Words of that shape that are values of properties, or codes of the runtime. */
const NO_CODES =
  /^(USER_CREDENTIALS|OAUTH_2|(NOT_)?EQUALS|(LESS|GREATER)_THAN.*|(NOT_)?IN_LIST|(INCLUDES|EXCLUDES)_LIST|EGRESS_REFUSED|HOST_UNREACHABLE|DNS_FAILED|CONNECTION_REFUSED)$/;

test("the page of Salesforce's errors has every code of the connector's own, and no other", () => {
  const source = path.join(ROOT, 'connectors', 'salesforce-rest', 'src');
  const page = readFileSync(path.join(ROOT, 'docs', 'reference', 'salesforce-rest', 'errors.md'), 'utf8');
  const [services = '', own = ''] = page.split("## The connector's own codes");
  const listedIn = (text: string) =>
    [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(([, code = '']) => code);
  const foreign = new Set([...listedIn(services), 'INVALID_SESSION_ID', 'NOT_UTF8']);
  const used = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(source, name), 'utf8').matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g),
    ])
    .map(([, code = '']) => code)
    .filter((code) => !NO_CODES.test(code) && !foreign.has(code));

  expect([...new Set(listedIn(own))].sort()).toEqual([...new Set(used)].sort());
});
