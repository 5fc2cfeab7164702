import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { finished, ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

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

  test('ends with an error where its input cannot be read', async () => {
    symlinkSync('/proc/self/mem', path.join(place.folder, 'in.ndjson'));

    const { code, lines, stderr } = await place.run(['run', 'echo.json', '--input', 'in.ndjson']);

    expect(code).not.toBe(0);
    expect(lines.at(-1)).toMatchObject({ complete: false, error: { code: 'SOURCE_FAILED' } });
    expect(stderr).toContain('SOURCE_FAILED');
  });

  test.each<[string, (args: string[]) => string[]]>([
    ['a named pipe', (args) => [...args, '--input', 'pipe.ndjson']],
    ['stdin', (args) => args],
  ])('leaves %s that stands still when its deadline passes, and ends', async (what, withInput) => {
    const isPipe = what === 'a named pipe';
    if (isPipe) execFileSync('mkfifo', [path.join(place.folder, 'pipe.ndjson')]);
    const child = place.start(withInput(['run', 'echo.json', '--deadline', '1s']));
    const ended = finished(child);
    const writer = isPipe ? createWriteStream(path.join(place.folder, 'pipe.ndjson')) : child.stdin;
    writer.on('error', () => undefined).write(ndjson({ id: 'a', body: 'x' }));

    const { code, lines } = await ended;

    writer.destroy();
    expect(code).toBe(4);
    expect(lines.map(({ type }) => type)).toEqual(['output', 'result', 'summary']);
  });

  test('does not wait for a writer of a named pipe past its deadline', async () => {
    execFileSync('mkfifo', [path.join(place.folder, 'pipe.ndjson')]);

    const { code } = await place.run(['run', 'echo.json', '--input', 'pipe.ndjson', '--deadline', '1s']);

    expect(code).toBe(4);
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

  test('leaves at once at the second Ctrl-C, exit code 130', async () => {
    const child = place.start(['run', 'echo.json']);
    child.stdin.on('error', () => undefined).end(ndjson({ body: 'stuck' }));
    const stderr = child.stderr.setEncoding('utf8');
    const until = async (text: string) => {
      for (let seen = ''; !seen.includes(text); ) seen += String(await once(stderr, 'data'));
    };
    await until('stuck');
    child.kill('SIGINT');
    await until('press Ctrl-C again');

    child.kill('SIGINT');

    expect(await once(child, 'close')).toEqual([130, null]);
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
});
