import { finished, ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe('connector', () => {
  test('--version prints the version', async () => {
    expect(await place.run(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  test.each([
    [['fly']],
    [['run']],
    [['browse', 'c.json']],
    [['run', 'echo.json', '--deadline', 'soon']],
    [['test', 'c.json', '--log-level', 'loud']],
  ])('%j ends with 2, says why on stderr and nothing on stdout', async (args) => {
    const { code, stdout, stderr } = await place.run(args);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.length).toBeGreaterThan(10);
  });

  test('list gives a line of NDJSON a plugin', async () => {
    expect((await place.run(['list'])).lines).toEqual([
      {
        id: 'echo',
        version: '1.2.3',
        title: 'Echo',
        operations: ['echo', 'settle', 'steps', 'touch', 'mark', 'count'],
      },
    ]);
  });

  test('list says where no plugins are listed', async () => {
    place.write('package.json', '{}');

    expect(await place.run(['list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('connectorRuntime.plugins'),
    });
  });

  test('names the nearest plugin and operation, and what to install for a package that is missing', async () => {
    place.write('wrong.json', '{ "plugin": "ecko", "properties": {} }');
    place.write('wrong-operation.json', '{ "connection": "c.json", "operation": "ehco", "properties": {} }');

    const plugin = await place.run(['test', 'wrong.json']);
    const operation = await place.run(['run', 'wrong-operation.json']);
    const missing = await place.run(['list', '--plugin', 'connector-of-nobody']);

    expect([plugin.code, plugin.stderr]).toEqual([2, expect.stringContaining('did you mean echo?')]);
    expect([operation.code, operation.stderr]).toEqual([2, expect.stringContaining('did you mean echo?')]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('npm i connector-of-nobody')]);
  });

  test('describe --template gives a component that only wants its secrets', async () => {
    const template = await place.run(['describe', 'echo', '--template', 'connection']);
    place.write('made.json', template.stdout);

    expect(template.stdout).toContain('// Password');
    expect((await place.run(['test', 'made.json'])).code).toBe(0);
  });

  test('each line of a template that is a comment holds once its slashes are gone', async () => {
    const { stdout } = await place.run(['describe', 'echo', '--template', 'connection']);
    const filled = stdout.replaceAll('// "', '"').replace('"filter": …', '"filter": "x"');
    place.write('made.json', filled);

    expect(filled).toContain('"tags": [""],');
    expect(filled).toContain('"from": {"day":1},');
    expect(await place.run(['validate', 'made.json'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe.each([
  ['list', ['list']],
  ['describe', ['describe', 'echo']],
  ['browse', ['browse', 'c.json', '--operation', 'echo']],
  ['browse of a schema', ['browse', 'c.json', 'thing', '--operation', 'echo']],
  ['test', ['test', 'c.json']],
  ['validate', ['validate', 'c.json']],
])('%s', (_, args) => {
  test('says that stdout cannot be written, and ends with 4', async () => {
    const { code, stderr } = await place.run(args, '', {}, '/dev/full');

    expect([code, stderr]).toEqual([4, 'OUTPUT_FAILED: stdout cannot be written (ENOSPC)\n']);
  });

  test('ends with 4 and says nothing where the reader of stdout has gone', async () => {
    const child = place.start(args);
    child.stdout.destroy();
    const ended = finished(child);

    expect(await ended).toMatchObject({ code: 4, stderr: '' });
  });
});

test.each([['validate'], ['test'], ['run']])('%s shows no secret that stands in a wrong property', async (command) => {
  place.write(
    'c.json',
    '{ "plugin": "echo", "properties": { "password": "x", "concurrent": { "$secret": "env:ECHO_PASSWORD" } } }',
  );
  const file = command === 'run' ? 'echo.json' : 'c.json';

  const { code, stdout, stderr } = await place.run([command, file], ndjson({ body: 'x' }), {
    ECHO_PASSWORD: 'open-barley',
  });

  expect(code).toBe(2);
  expect(stdout + stderr).toContain('[secret]');
  expect(stdout + stderr).not.toContain('open-barley');
  expect(stdout + stderr).not.toContain('did you mean');
});

describe('connector test', () => {
  test('prints its findings', async () => {
    const { code, lines } = await place.run(['test', 'c.json']);

    expect(code).toBe(0);
    expect(lines.map(({ name, ok }) => [name, ok])).toEqual([
      ['open', true],
      ['account', true],
    ]);
  });

  test('ends with 3 where the login is refused, and prints the password nowhere', async () => {
    const { code, stdout, stderr } = await place.run(['test', 'c.json', '--log-level', 'debug'], '', {
      ECHO_PASSWORD: 'open-barley',
    });

    expect(code).toBe(3);
    expect(stderr).toContain('logging in with [secret]');
    expect(stdout + stderr).not.toContain('open-barley');
  });
});

test('--json-logs logs a line of JSON an entry', async () => {
  const { stderr } = await place.run(['test', 'c.json', '--log-level', 'debug', '--json-logs']);

  const entries = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(entries).toContainEqual(expect.objectContaining({ level: 'info', msg: 'logging in with [secret]' }));
});
