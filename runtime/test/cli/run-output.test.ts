import { once } from 'node:events';
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe('the output of connector run', () => {
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
      { type: 'output', inputs: ['a'], mediaType: 'application/xml', file: 'a-1.xml' },
      { type: 'result', inputs: ['a'], status: 'success', code: '200' },
      expect.objectContaining({ type: 'result', inputs: ['b'], status: 'applicationError' }),
      expect.objectContaining({ type: 'summary', outputs: 1, complete: true }),
    ]);
  });

  test.each(['out/', 'out.ndjson', '-'])(
    'of a success of which a part failed is no success: --output %s',
    async (output) => {
      const { code, stdout, stderr } = await place.run(
        ['run', 'echo.json', '--output', output],
        ndjson({ id: 'rows', body: 'partly' }),
      );

      expect(code).toBe(1);
      expect(stderr.includes('rows: applicationError: one failed\n')).toBe(output !== '-');
      if (output !== 'out/') return expect(output === '-' ? stdout : place.read(output)).toContain('"one failed"');
      expect(place.read('out/rows-1.csv')).toBe('done');
      expect(place.read('out/rows-2.csv')).toBe('partly');
      expect(place.read('out/results.ndjson')).toContain(
        '{"type":"output","inputs":["rows"],"mediaType":"text/csv","status":"applicationError","message":"one failed","file":"rows-2.csv"}\n',
      );
    },
  );

  test('of a folder is no input by its results alone: the line names the file', async () => {
    await place.run(['run', 'echo.json', '--output', 'out/'], ndjson({ id: 'a', body: '<x/>' }));

    const { code, stdout } = await place.run(['run', 'echo.json', '--input', 'out/results.ndjson'], '');

    expect(code).toBe(1);
    expect(stdout).toContain(
      'line-1 has its body in the file \\"a-1.xml\\": give that file, or its folder, as the input',
    );
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

    const lines = stderr.split('\n').filter((line) => line.startsWith('bad') || line.startsWith('and '));
    expect(code).toBe(1);
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe('bad\\n0: applicationError BAD_TEXT: the text is bad');
    expect(lines.at(-1)).toBe('and 3 more');
  });

  test('is of a format that the operation gives as it is configured, or refused', async () => {
    const component = (properties: string) =>
      place.write('settle.json', `{ "connection": "c.json", "operation": "settle", "properties": ${properties} }`);
    const args = ['run', 'settle.json', '--input', '-', '--output-format', 'csv'];
    component('{}');
    const without = await place.run(args, ndjson({ body: 'success' }));
    component('{ "plain": true }');
    const withIt = await place.run(args, ndjson({ body: 'success' }));

    expect([without.code, withIt.code]).toEqual([2, 0]);
    expect(without.stderr).toContain(
      '--output-format csv: settle, as it is configured, gives application/xml; use ndjson',
    );
  });

  test.each(['json', 'csv'])(
    'refuses --output-format %s where the operation gives no such documents',
    async (format) => {
      const { code, stdout, stderr } = await place.run(['run', 'count.json', '--output-format', format]);

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`--output-format ${format}: count, as it is configured, gives application/xml`);
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

  test('puts XML on a line with its content as it was', async () => {
    const body = '<?xml version="1.0"?>\r\n<r a="1 > 0">x\r\n<![CDATA[<y>\n</y>]]></r>\n';

    const { stdout } = await place.run(['run', 'echo.json', '--output-format', 'xml'], ndjson({ body }));

    expect(stdout).toBe('<?xml version="1.0"?> <r a="1 > 0">x&#10;<![CDATA[<y>]]>&#10;<![CDATA[</y>]]></r> \n');
  });

  test('replaces a link in an output folder, and leaves alone what it names', async () => {
    place.write('victim', 'precious');
    mkdirSync(path.join(place.folder, 'out'));
    symlinkSync('../victim', path.join(place.folder, 'out', 'a-1.xml'));
    linkSync(path.join(place.folder, 'victim'), path.join(place.folder, 'out', 'b-1.xml'));

    const { code } = await place.run(
      ['run', 'echo.json', '--output', 'out/'],
      ndjson({ id: 'a', body: '<a/>' }, { id: 'b', body: '<b/>' }),
    );

    expect(code).toBe(0);
    expect(place.read('victim')).toBe('precious');
    expect(lstatSync(path.join(place.folder, 'out', 'a-1.xml')).isFile()).toBe(true);
    expect([place.read('out/a-1.xml'), place.read('out/b-1.xml')]).toEqual(['<a/>', '<b/>']);
    expect(readdirSync(path.join(place.folder, 'out')).sort()).toEqual(['a-1.xml', 'b-1.xml', 'results.ndjson']);
  });

  test('does not start where the results of an output folder are a link', async () => {
    place.write('victim', 'precious');
    mkdirSync(path.join(place.folder, 'out'));
    symlinkSync('../victim', path.join(place.folder, 'out', 'results.ndjson'));

    const { code, stderr } = await place.run(['run', 'echo.json', '--output', 'out/'], ndjson({ body: '<a/>' }));

    expect([code, stderr]).toEqual([2, expect.stringContaining('results.ndjson: cannot be written (is a link)')]);
    expect(place.read('victim')).toBe('precious');
  });

  test('writes an output of a folder beside its place until it is whole', async () => {
    mkdirSync(path.join(place.folder, 'out'));
    place.write('out/slow-1.csv', 'of an earlier run');
    const child = place.start(['run', 'echo.json', '--output', 'out/']);
    child.stdin.end(ndjson({ id: 'slow', body: 'standing still' }));
    for await (const text of child.stderr.setEncoding('utf8')) if (String(text).includes('standing still')) break;
    child.kill('SIGKILL');
    await once(child, 'close');

    expect(place.read('out/slow-1.csv')).toBe('of an earlier run');
  });

  test('writes a line of JSON a body with --output-format json', async () => {
    const { code, stdout } = await place.run(
      ['run', 'echo.json', '--output-format', 'json'],
      `${ndjson({ body: '{\n  "a": 1\n}', mediaType: 'application/json' })}{"body":{"b":2.0}}\n${ndjson({ body: 'no\nJSON', mediaType: 'application/json' })}`,
    );

    expect([code, stdout]).toEqual([0, '{   "a": 1 }\n{"b":2.0}\n"no\\nJSON"\n']);
  });

  test('takes a closed stdout for a cancel', async () => {
    place.write('many.json', '{ "connection": "c.json", "operation": "count", "properties": { "count": 2000000 } }');
    const child = place.start(['run', 'many.json']);
    child.stdout.once('data', () => child.stdout.destroy());

    const [code] = (await once(child, 'close')) as [number];

    expect(code).toBe(4);
  });

  test('writes NDJSON to a file with --output', async () => {
    await place.run(['run', 'count.json', '--output', 'out.ndjson', '--quiet']);

    const lines = readFileSync(path.join(place.folder, 'out.ndjson'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(252);
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
      place.write('o.d/c.json', place.read('c.json'));
      place.write('o.d/in.xml', '<a/>');
      mkdirSync(inside('o.d/deep'));
      mkdirSync(inside('linked'));
      symlinkSync('../o.d/in.xml', inside('linked/a.xml'));
      symlinkSync('../in.ndjson', inside('o.d/link.ndjson'));
      symlinkSync('o.d/other.ndjson', inside('by-link.ndjson'));
      place.write('o.d/other.ndjson', input);
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
      ['a folder that the operation lies in', ['--input', 'in', '--output', './']],
      ['a folder that the connection lies in', ['--input', 'in', '--output', 'o.d', '--connection', 'o.d/c.json']],
      ['a folder that the input lies in', ['--input', 'o.d/in.xml', '--output', 'o.d']],
      ['a folder that a link to the input lies in', ['--input', 'o.d/link.ndjson', '--output', 'o.d']],
      ['a folder that the input folder lies in', ['--input', 'o.d/deep', '--output', 'o.d/']],
      ['a folder that lies in the input by a link', ['--input', 'by-link.ndjson', '--output', 'o.d']],
      ['a folder that a link in the input folder leads to', ['--input', 'linked', '--output', 'o.d']],
      ['a file that a link in the input folder leads to', ['--input', 'linked', '--output', 'o.d/in.xml']],
      ['a folder that the checkpoint lies in', ['--input', 'in', '--output', 'o.d', '--checkpoint', 'o.d/c.new']],
      ['a new folder that the checkpoint lies in', ['--input', 'in', '--output', 'o/', '--checkpoint', 'o/c.new']],
      ['a checkpoint over the input', ['--input', 'in.ndjson', '--output', 'o', '--checkpoint', 'in.ndjson']],
      ['a checkpoint over the output', ['--input', 'in.ndjson', '--output', 'o', '--checkpoint', './o']],
    ])('%s', async (_, args) => {
      const { code, stderr } = await place.run(['run', 'echo.json', ...args]);

      expect([code, stderr]).toEqual([2, expect.stringMatching(/are the same file|lies in the folder/)]);
      expect(readFileSync(inside('in.ndjson'), 'utf8')).toBe(input);
      expect(readFileSync(inside('in/a.xml'), 'utf8')).toBe('<a/>');
      expect(readFileSync(inside('o.d/in.xml'), 'utf8')).toBe('<a/>');
      expect(existsSync(inside('o'))).toBe(false);
    });
  });
});
