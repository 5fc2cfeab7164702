import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  place.write('mark.json', '{ "connection": "c.json", "operation": "mark", "properties": {} }');
});
afterEach(() => place.remove());

const DOCUMENTS = ndjson({ id: 'a', body: 'known' }, { id: 'b', body: 'kept' }, { id: 'c', body: 'lost' });

/** Statuses by document. */
function statusesIn(lines: readonly Record<string, unknown>[]) {
  return Object.fromEntries(
    lines.filter(({ type }) => type === 'result').map(({ inputs, status }) => [String(inputs), status]),
  );
}

describe('connector reconcile', () => {
  test('asks about the documents that a run left unknown, by their receipts', async () => {
    await place.run(['run', 'mark.json', '--output', 'out.ndjson'], DOCUMENTS);

    const { code, lines } = await place.run(['reconcile', 'mark.json', 'out.ndjson']);

    expect(statusesIn(lines)).toEqual({ b: 'success', c: 'notAttempted' });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', complete: true });
    expect(code).toBe(1);
  });

  test('asks also about those without a result where it is given the documents', async () => {
    const input = place.write('in.ndjson', DOCUMENTS);
    await place.run(['run', 'mark.json', '--input', input, '--output', 'out.ndjson']);
    const file = path.join(place.folder, 'out.ndjson');
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    // As a process leaves it that was killed while it wrote its second line.
    place.write('killed.ndjson', `${first}\n`);
    appendFileSync(path.join(place.folder, 'killed.ndjson'), '{"type":"result","inputs":["b"],"sta');

    const { lines } = await place.run(['reconcile', 'mark.json', 'killed.ndjson', '--input', input]);

    expect(statusesIn(lines)).toEqual({ b: 'notAttempted', c: 'notAttempted' });
  });

  test.each([
    ['long', `{"refused":"${'x'.repeat(9_000)}"}`, 'application/json'],
    ['in lines', '{\n  "refused": true,\r\n  "errors": []\n}', 'application/json'],
    ['XML in lines', '<r>refused:\nl1\r\nl2</r>', 'application/xml'],
    ['no JSON, whatever its media type says', 'refused by a\nproxy', 'application/json'],
  ])(
    'leaves alone a document that was refused with a body that is %s, and shows it whole',
    async (_, body, mediaType) => {
      const input = place.write(
        'in.ndjson',
        ndjson({ id: 'refused', body, mediaType }, { id: 'lost', body: 'kept', mediaType: 'application/xml' }),
      );

      const run = await place.run(['run', 'mark.json', '--input', input]);
      place.write('out.ndjson', run.stdout);
      const { lines } = await place.run(['reconcile', 'mark.json', 'out.ndjson', '--input', input]);

      const shown = run.lines.find(({ inputs }) => String(inputs) === 'refused')?.['body'];
      const isText = mediaType !== 'application/json' || !body.startsWith('{');
      expect(shown).toEqual(isText ? body : JSON.parse(body));
      expect(statusesIn(lines)).toEqual({ lost: 'success' });
    },
  );

  test('of a run that was killed is not complete without the documents, and says so', async () => {
    await place.run(['run', 'mark.json', '--output', 'out.ndjson'], DOCUMENTS);
    const [first = ''] = readFileSync(path.join(place.folder, 'out.ndjson'), 'utf8').split('\n');
    place.write('killed.ndjson', `${first}\n`);

    const { code, lines, stderr } = await place.run(['reconcile', 'mark.json', 'killed.ndjson']);

    expect(lines.at(-1)).toMatchObject({ type: 'summary', complete: false });
    expect(stderr).toContain('ends without a summary');
    expect(code).toBe(4);
  });

  test('takes its own output: what it settled is not asked again', async () => {
    await place.run(['run', 'mark.json', '--output', 'out.ndjson'], DOCUMENTS);
    await place.run(['reconcile', 'mark.json', 'out.ndjson', '--output', 'settled.ndjson']);
    appendFileSync(
      path.join(place.folder, 'out.ndjson'),
      readFileSync(path.join(place.folder, 'settled.ndjson'), 'utf8'),
    );

    const { code, lines } = await place.run(['reconcile', 'mark.json', 'out.ndjson']);

    expect(statusesIn(lines)).toEqual({});
    expect(code).toBe(0);
  });

  test.each([
    ['an operation that cannot', ['reconcile', 'echo.json', 'out.ndjson'], 'RECONCILE_UNSUPPORTED'],
    ['an output that is not there', ['reconcile', 'mark.json', 'nowhere.ndjson'], 'nowhere.ndjson: no such file'],
    [
      'an output that it would overwrite',
      ['reconcile', 'mark.json', 'out.ndjson', '--output', 'out.ndjson'],
      'out.ndjson',
    ],
  ])('refuses %s', async (_, args, told) => {
    await place.run(['run', 'mark.json', '--output', 'out.ndjson'], DOCUMENTS);

    const { code, stderr } = await place.run(args);

    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
  });
});
