import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { finished, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const ndjson = (...documents: object[]) => documents.map((document) => `${JSON.stringify(document)}\n`).join('');

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
      { id: 'echo', version: '1.2.3', title: 'Echo', operations: ['echo', 'steps', 'touch', 'count'] },
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

  test.each([
    ['--format', 'xsd'],
    ['--role', 'input'],
    ['--properties', 'echo.json'],
  ])('browse refuses %s without an object type', async (...option) => {
    expect(await place.run(['browse', 'c.json', '--operation', 'echo', ...option])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`${option[0]} goes with an object type`),
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

describe('connector run', () => {
  test('takes NDJSON on stdin and gives events and a summary', async () => {
    const { code, lines, stderr } = await place.run(
      ['run', 'echo.json'],
      ndjson({ id: 'a', body: '<x/>' }, { body: '<y/>' }),
    );

    expect(code).toBe(0);
    expect(lines).toEqual([
      { type: 'output', inputs: ['a'], mediaType: 'application/xml', body: '<x/>' },
      { type: 'result', inputs: ['a'], status: 'success', code: '200' },
      { type: 'output', inputs: ['line-2'], mediaType: 'application/xml', body: '<y/>' },
      { type: 'result', inputs: ['line-2'], status: 'success', code: '200' },
      { type: 'summary', counts: expect.objectContaining({ success: 2, unknown: 0 }), outputs: 2, complete: true },
    ]);
    expect(stderr).toContain('echo: 2 documents, 2 success');
  });

  test('keeps the text of every number in a JSON body', async () => {
    const { stdout } = await place.run(['run', 'echo.json'], '{"body": {"a":1.10,"b":9007199254740993}}\n');

    expect(stdout).toContain('"body":{"a":1.10,"b":9007199254740993}}');
  });

  test('gives a line that is no document a result under its number, and ends with 1', async () => {
    const input = `${ndjson({ id: 'a', body: '<x/>' })}{"body": \nnull\n{"bdy":"x"}\n${ndjson({ id: 'a', body: 'again' }, { body: 'bad' })}`;

    const { code, lines } = await place.run(['run', 'echo.json'], input);
    const results = Object.fromEntries(
      lines
        .filter(({ type }) => type === 'result')
        .map(({ inputs, status, message }) => [String(inputs), [status, message]]),
    );

    expect(code).toBe(1);
    expect(results).toEqual({
      a: ['success', undefined],
      'line-2': ['applicationError', expect.stringContaining('line-2 is not JSON')],
      'line-3': ['applicationError', expect.stringContaining('must be a JSON object')],
      'line-4': ['applicationError', expect.stringContaining('did you mean body?')],
      'line-5': ['applicationError', expect.stringContaining('an earlier document has the id a')],
      'line-6': ['applicationError', 'the text is bad'],
    });
  });

  test('reads a folder, a file a document, and writes outputs into a folder', async () => {
    mkdirSync(path.join(place.folder, 'in', 'sub'), { recursive: true });
    place.write('in/a.xml', '<a/>');
    place.write('in/sub/b.json', '{"b":1}');
    place.write('in/notes.txt', 'not a document');
    place.write('in/large.xml', `<a>${'x'.repeat(10_001)}</a>`);

    place.write('in/more.ndjson', '');
    symlinkSync('nowhere.xml', path.join(place.folder, 'in', 'dangling.xml'));
    symlinkSync('a.xml', path.join(place.folder, 'in', 'link.xml'));

    const { code, stderr } = await place.run(['run', 'echo.json', '--input', 'in', '--output', 'out/']);

    expect(code).toBe(1);
    expect(stderr).toContain('left out of the input, as no documents: 3 ("dangling.xml", "more.ndjson", "notes.txt")');
    expect(readdirSync(path.join(place.folder, 'out')).sort()).toEqual([
      'a.xml-1.xml',
      'link.xml-1.xml',
      'results.ndjson',
      expect.stringMatching(/^sub_b\.json_[0-9a-f]{8}-1\.json$/),
    ]);
  });

  test('writes results and summary into results.ndjson of an output folder', async () => {
    const input = ndjson({ id: 'a', body: '<x/>' }, { id: 'b', body: 'bad' });

    const { stdout } = await place.run(['run', 'echo.json', '--output', 'out/'], input);

    const text = readFileSync(path.join(place.folder, 'out', 'results.ndjson'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(stdout).toBe('');
    expect(lines).toEqual([
      { type: 'result', inputs: ['a'], status: 'success', code: '200' },
      expect.objectContaining({ type: 'result', inputs: ['b'], status: 'applicationError' }),
      expect.objectContaining({ type: 'summary', outputs: 1, complete: true }),
    ]);
  });

  test('writes output bodies only into a folder of another format, and counts on stderr', async () => {
    const { stderr } = await place.run(
      ['run', 'echo.json', '--output', 'out/', '--output-format', 'xml'],
      ndjson({ id: 'a', body: '<x/>' }),
    );

    expect(readdirSync(path.join(place.folder, 'out'))).toEqual(['a-1.xml']);
    expect(stderr).toContain('"success":1');
  });

  test.each([
    ['bodies only on stdout', ['--output-format', 'xml']],
    ['NDJSON in a file', ['--output', 'out.ndjson']],
    ['bodies only in a folder', ['--output', 'out/', '--output-format', 'xml', '--quiet']],
  ])('with %s says on stderr which documents did not end in success, and why', async (_, args) => {
    const bad = Array.from({ length: 23 }, (__, n) => ({ id: `bad\n${n}`, body: 'bad' }));

    const { code, stderr } = await place.run(['run', 'echo.json', ...args], ndjson({ id: 'a', body: '<x/>' }, ...bad));

    const lines = stderr.split('\n').filter((line) => line.startsWith('bad ') || line.startsWith('and '));
    expect(code).toBe(1);
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe('bad 0: applicationError BAD_TEXT: the text is bad');
    expect(lines.at(-1)).toBe('and 3 more');
  });

  test.each(['json', 'csv'])(
    'refuses --output-format %s where the operation gives no such documents',
    async (format) => {
      const { code, stdout, stderr } = await place.run(['run', 'echo.json', '--output-format', format]);

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`--output-format ${format}: echo gives application/xml`);
    },
  );

  test('leaves it to NDJSON on stdout to say which documents did not end in success', async () => {
    const { stderr } = await place.run(['run', 'echo.json', '--quiet'], ndjson({ id: 'a', body: 'bad' }));

    expect(stderr).toBe('');
  });

  test('writes output bodies only, a line each, with --output-format xml', async () => {
    const { code, stdout, stderr } = await place.run(['run', 'count.json', '--output-format', 'xml']);

    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['<n>0&#10;</n>', '<n>1&#10;</n>']);
    expect(stdout.split('\n')).toHaveLength(251);
    expect(stderr).toContain('"success":1');
  });

  test('takes the output of another run, and is not complete where that was cut short', async () => {
    const first = await place.run(['run', 'echo.json'], ndjson({ body: '<x/>' }, { body: '<y/>' }));
    const cut = first.stdout.split('\n').slice(0, -2).join('\n');

    const whole = await place.run(['run', 'echo.json'], first.stdout);
    const fromCut = await place.run(['run', 'echo.json'], `${cut}\n`);

    expect([whole.code, whole.lines.at(-1)]).toEqual([0, expect.objectContaining({ complete: true, outputs: 2 })]);
    expect([fromCut.code, fromCut.lines.at(-1)]).toEqual([4, expect.objectContaining({ complete: false, outputs: 2 })]);
  });

  test('ends with 3 where it never logged in, and gives every document a result', async () => {
    const { code, lines } = await place.run(['run', 'echo.json'], ndjson({ body: 'x' }), {
      ECHO_PASSWORD: 'wrong-word',
    });

    expect(code).toBe(3);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', error: { code: 'LOGIN_REFUSED' } });
  });

  test('ends with 4 past its deadline', async () => {
    place.write('in.ndjson', ndjson({ id: 'a', body: 'hang' }, { id: 'b', body: 'x' }));

    const { code, lines } = await place.run(['run', 'echo.json', '--input', 'in.ndjson', '--deadline', '300ms']);

    expect(code).toBe(4);
    expect(lines.filter(({ type }) => type === 'result')).toHaveLength(2);
  });

  test('ends past its deadline though stdin stays open', async () => {
    const child = place.start(['run', 'echo.json', '--deadline', '300ms']);
    child.stdin.write(ndjson({ id: 'a', body: 'x' }));

    const { code, lines } = await finished(child);

    expect(code).toBe(4);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', complete: false });
  });

  test('cancels at the first Ctrl-C: every document has a result, exit code 4', async () => {
    place.write('in.ndjson', ndjson({ id: 'a', body: 'x' }, { id: 'b', body: 'hang' }, { id: 'c', body: 'hang' }));
    const child = place.start(['run', 'echo.json', '--input', 'in.ndjson']);
    const ended = finished(child);
    await once(child.stderr, 'data');

    child.kill('SIGINT');

    const { code, lines } = await ended;
    expect(code).toBe(4);
    expect(lines.filter(({ type }) => type === 'result')).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', complete: false });
  });

  test('takes a closed stdout for a cancel', async () => {
    place.write('many.json', '{ "connection": "c.json", "operation": "count", "properties": { "count": 2000000 } }');
    const child = place.start(['run', 'many.json']);
    child.stdout.once('data', () => child.stdout.destroy());

    const [code] = (await once(child, 'close')) as [number];

    expect(code).toBe(4);
  });

  test.each([
    ['a file', 'out.ndjson'],
    ['a folder', 'out/'],
  ])('goes on from its checkpoint, with the output in %s as if it had never broken off', async (_, output) => {
    const steps = (breakAt?: number) =>
      place.write(
        'steps.json',
        JSON.stringify({
          connection: 'c.json',
          operation: 'steps',
          properties: { count: 10, ...(breakAt === undefined ? {} : { breakAt }) },
        }),
      );
    const args = ['run', 'steps.json', '--output', output, '--checkpoint', 'c.checkpoint'];
    steps(6);
    const first = await place.run(args);
    const mode = statSync(path.join(place.folder, 'c.checkpoint')).mode & 0o777;
    steps();

    const second = await place.run(args);

    expect([first.code, second.code, mode]).toEqual([4, 0, 0o600]);
    expect(existsSync(path.join(place.folder, 'c.checkpoint'))).toBe(false);
    const lines = readFileSync(path.join(place.folder, output.endsWith('/') ? 'out/results.ndjson' : output), 'utf8');
    expect(lines.match(/"checkpoint"/g)).toHaveLength(10);
    expect(lines.match(/"(result|summary)"/g)).toHaveLength(2);
    const bodies = output.endsWith('/')
      ? readdirSync(path.join(place.folder, 'out'))
          .filter((name) => name !== 'results.ndjson')
          .map((name) => readFileSync(path.join(place.folder, 'out', name), 'utf8'))
      : readFileSync(path.join(place.folder, output), 'utf8')
          .split('\n')
          .filter((line) => line.includes('"output"'))
          .map((line) => (JSON.parse(line) as { body: string }).body);
    expect(bodies.sort()).toEqual(Array.from({ length: 10 }, (__, n) => `<n>${n}</n>`));
  });

  test('refuses a checkpoint that is damaged', async () => {
    place.write('c.checkpoint', '{"checkpoint":');

    expect(
      await place.run(['run', 'count.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint']),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('is damaged') });
  });

  test('writes NDJSON to a file with --output', async () => {
    await place.run(['run', 'count.json', '--output', 'out.ndjson', '--quiet']);

    const lines = readFileSync(path.join(place.folder, 'out.ndjson'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(252);
  });

  test.each([
    [['--input', 'nowhere.ndjson'], 'no such file'],
    [['--checkpoint', 'c.checkpoint'], '--checkpoint needs --output'],
    [['--output', 'no/such/folder/out.ndjson', '--input', 'package.json'], 'cannot be written'],
    [['--output', 'count.json/', '--input', 'package.json'], 'cannot be written'],
  ])('%j ends with 2', async (args, text) => {
    expect(await place.run(['run', 'echo.json', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(text),
    });
  });

  test.each([
    ['stdout', []],
    ['a file', ['--output', '/dev/full']],
  ])('stops where %s cannot be written: what is under way ends and is counted, exit code 4', async (_, args) => {
    place.write('in.ndjson', ndjson(...Array.from({ length: 5_000 }, (__, n) => ({ id: `d${n}`, body: '<x/>' }))));

    const { code, stderr } = await place.run(
      ['run', 'echo.json', '--input', 'in.ndjson', '--quiet', ...args],
      '',
      {},
      args.length === 0 ? '/dev/full' : undefined,
    );
    const counted = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) ?? '{}') as {
      counts: { success: number; notAttempted: number };
      complete: boolean;
    };

    expect(code).toBe(4);
    expect(stderr).toMatch(/^OUTPUT_FAILED: (stdout|\/dev\/full) cannot be written \(ENOSPC\)/m);
    expect(stderr).not.toMatch(/^( +at |CANCELLED)/m);
    expect(counted.complete).toBe(false);
    expect(counted.counts.success).toBeGreaterThan(0);
    expect(counted.counts.notAttempted).toBeGreaterThan(0);
  });

  describe('refuses to write what it reads', () => {
    const inside = (name: string) => path.join(place.folder, name);
    const input = ndjson({ id: 'a', body: '<x/>' });
    beforeEach(() => {
      place.write('in.ndjson', input);
      symlinkSync('in.ndjson', inside('link.ndjson'));
      linkSync(inside('in.ndjson'), inside('hard.ndjson'));
      mkdirSync(inside('in'));
      place.write('in/a.xml', '<a/>');
      mkdirSync(inside('o.d'));
      place.write('o.d/results.ndjson', input);
    });

    test.each([
      ['the input itself', ['--input', 'in.ndjson', '--output', './in.ndjson']],
      ['the input by a symbolic link', ['--input', 'in.ndjson', '--output', 'link.ndjson']],
      ['the input by a hard link', ['--input', 'hard.ndjson', '--output', 'in.ndjson']],
      ['a file of the input folder', ['--input', 'in', '--output', 'in/a.xml']],
      ['a new file in the input folder', ['--input', 'in', '--output', 'in/out.ndjson']],
      ['the input folder', ['--input', 'in/', '--output', 'in']],
      ['the operation', ['--input', 'in', '--output', 'echo.json']],
      ['the results of an output folder', ['--input', 'o.d/results.ndjson', '--output', 'o.d/']],
      ['a checkpoint over the input', ['--input', 'in.ndjson', '--output', 'o', '--checkpoint', 'in.ndjson']],
      ['a checkpoint over the output', ['--input', 'in.ndjson', '--output', 'o', '--checkpoint', './o']],
    ])('%s', async (_, args) => {
      const { code, stderr } = await place.run(['run', 'echo.json', ...args]);

      expect([code, stderr]).toEqual([2, expect.stringMatching(/are the same file|lies in the folder/)]);
      expect(readFileSync(inside('in.ndjson'), 'utf8')).toBe(input);
      expect(readFileSync(inside('in/a.xml'), 'utf8')).toBe('<a/>');
      expect(existsSync(inside('o'))).toBe(false);
    });
  });
});
