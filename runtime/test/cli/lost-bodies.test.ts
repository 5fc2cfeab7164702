import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const KINDS = [
  ['no UTF-8', 'not UTF-8', { code: 'NOT_UTF8', message: "the answer's body is not UTF-8" }],
  ['no UTF-8, and streamed', 'not UTF-8, streamed', { code: 'NOT_UTF8', message: "the answer's body is not UTF-8" }],
  ['cut while it is read', 'breaking', { code: 'CUT', message: 'cut at [secret]' }],
] as const;

const documents = (body: string) => ndjson({ id: 'one', body }, { id: 'two', body: 'A\n2\n', mediaType: 'text/csv' });

describe('an output that cannot be shown', () => {
  describe.each(KINDS)('because it is %s', (_, body, bodyError) => {
    test.each(['-', 'out.ndjson'])('has a line that says so, and ends nothing: --output %s', async (output) => {
      const { code, stdout, stderr } = await place.run(['run', 'echo.json', '--output', output], documents(body));

      const text = output === '-' ? stdout : place.read(output);
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(code).toBe(4);
      expect(lines.filter(({ type }) => type === 'output')).toEqual([
        { type: 'output', inputs: ['one'], mediaType: 'text/csv', bodyError },
        { type: 'output', inputs: ['two'], mediaType: 'text/csv', body: 'A\n2\n' },
      ]);
      expect(lines.filter(({ type }) => type === 'result')).toMatchObject([
        { inputs: ['one'], status: 'success' },
        { inputs: ['two'], status: 'success' },
      ]);
      expect(lines.at(-1)).toMatchObject({ type: 'summary', outputs: 2, complete: false });
      expect(stdout + stderr).not.toContain('sesame');
    });

    test.each(['-', 'out.csv'])('is named on stderr where there are bodies only: --output %s', async (output) => {
      const { code, stdout, stderr } = await place.run(
        ['run', 'echo.json', '--output-format', 'csv', '--output', output],
        documents(body),
      );

      expect([code, output === '-' ? stdout : place.read(output)]).toEqual([4, 'A\n2\n']);
      expect(stderr).toContain(
        `one: the body of its output is not in the output: ${bodyError.code}: ${bodyError.message}\n`,
      );
      expect(stderr).toContain('bodies that are not in the output: 1\n');
      expect(stderr).toContain('"complete":false');
    });
  });

  test.each(['not UTF-8', 'not UTF-8, streamed'])('goes into a folder byte for byte: %s', async (body) => {
    const { code } = await place.run(['run', 'echo.json', '--output', 'out/'], documents(body));

    expect(code).toBe(0);
    expect([...place.bytes('out/one-1.csv')]).toEqual([0x41, 0xff, 0x0a]);
    expect(place.read('out/results.ndjson')).toContain('"inputs":["one"],"mediaType":"text/csv","file":"one-1.csv"}');
  });

  test('leaves no half of a file in a folder, nor one of an earlier run in its place', async () => {
    await place.run(
      ['run', 'echo.json', '--output', 'out/'],
      ndjson({ id: 'one', body: 'A\n1\n', mediaType: 'text/csv' }),
    );

    const { code } = await place.run(['run', 'echo.json', '--output', 'out/'], documents('breaking'));

    expect(code).toBe(4);
    expect(readdirSync(path.join(place.folder, 'out')).sort()).toEqual(['results.ndjson', 'two-1.csv']);
    expect(place.read('out/results.ndjson')).toContain(
      '{"type":"output","inputs":["one"],"mediaType":"text/csv","bodyError":{"code":"CUT","message":"cut at [secret]"}}\n',
    );
  });
});
