import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ndjson, Workplace } from './command.js';

const STEPS = '{ "connection": "c.json", "operation": "steps", "properties": { "count": 2 } }';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe('the checkpoint of connector run', () => {
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

  test('says afterwards too what failed before it broke off', async () => {
    const steps = { connection: 'c.json', operation: 'steps', properties: { count: 6, failedAt: 2, breakAt: 4 } };
    const args = ['run', 'steps.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint'];
    place.write('steps.json', JSON.stringify(steps));
    await place.run(args);
    place.write('steps.json', JSON.stringify({ ...steps, properties: { count: 6, failedAt: 2 } }));

    const { code, stderr } = await place.run(args);

    expect(code).toBe(1);
    expect(stderr).toContain('before the checkpoint: 1 that did not end in success');
    expect(place.read('out.ndjson').match(/a part failed/g)).toHaveLength(1);
    expect(existsSync(path.join(place.folder, 'c.checkpoint'))).toBe(false);
  });

  test('stays where the fate of documents is unknown, and is gone once it is not', async () => {
    place.write('settle.json', '{ "connection": "c.json", "operation": "settle", "properties": {} }');
    const args = [
      'run',
      'settle.json',
      '--input',
      'in.ndjson',
      '--output',
      'out.ndjson',
      '--checkpoint',
      'c.checkpoint',
    ];
    place.write('in.ndjson', ndjson({ id: 'a', body: 'success' }, { id: 'b', body: 'unknown' }));
    const first = await place.run(args);
    const isKept = existsSync(path.join(place.folder, 'c.checkpoint'));
    place.write('in.ndjson', ndjson({ id: 'a', body: 'failure' }, { id: 'b', body: 'success' }));

    const second = await place.run(args);

    expect([first.code, isKept, second.code]).toEqual([1, true, 0]);
    expect(first.stderr).toContain('the checkpoint stays');
    expect(existsSync(path.join(place.folder, 'c.checkpoint'))).toBe(false);
    expect(place.read('out.ndjson')).toContain('{"type":"result","inputs":["a"],"status":"success"}');
    expect(place.read('out.ndjson')).not.toContain('"status":"unknown"');
  });

  test('is refused where the operation, as it is configured, gives none', async () => {
    place.write('settle.json', '{ "connection": "c.json", "operation": "settle", "properties": { "plain": true } }');

    const { code, stderr } = await place.run(
      ['run', 'settle.json', '--input', '-', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint'],
      ndjson({ id: 'a', body: 'success' }),
    );

    expect([code, stderr]).toEqual([2, 'connector: --checkpoint: settle, as settle.json configures it, gives none\n']);
    expect(existsSync(path.join(place.folder, 'out.ndjson'))).toBe(false);
  });

  test('goes on with a body missing from its output, and stays not complete', async () => {
    const steps = { connection: 'c.json', operation: 'steps', properties: { count: 6, lostAt: 2, breakAt: 4 } };
    const args = ['run', 'steps.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint'];
    place.write('steps.json', JSON.stringify(steps));
    await place.run(args);
    place.write('steps.json', JSON.stringify({ ...steps, properties: { count: 6, lostAt: 2 } }));

    const { code, stderr } = await place.run(args);

    expect(code).toBe(4);
    expect(stderr).toContain('bodies that are not in the output: 1');
    expect(place.read('out.ndjson').match(/"bodyError"/g)).toHaveLength(1);
    expect(place.read('out.ndjson')).toContain('"complete":false');
    expect(existsSync(path.join(place.folder, 'c.checkpoint'))).toBe(true);
  });

  test.each([
    ['a file', 'out.ndjson', 'out/'],
    ['a folder', 'out/', 'out.ndjson'],
  ])('made with %s for its output does not go on with the other', async (kind, output, other) => {
    const steps = { connection: 'c.json', operation: 'steps', properties: { count: 4, breakAt: 2 } };
    place.write('steps.json', JSON.stringify(steps));
    await place.run(['run', 'steps.json', '--output', output, '--checkpoint', 'c.checkpoint']);

    const { code, stderr } = await place.run(['run', 'steps.json', '--output', other, '--checkpoint', 'c.checkpoint']);

    expect([code, stderr]).toEqual([2, expect.stringContaining(`the checkpoint belongs to ${kind}`)]);
  });

  test('writes its checkpoint through no link and into no readable file that stands in its way', async () => {
    const steps = { connection: 'c.json', operation: 'steps', properties: { count: 4, breakAt: 2 } };
    place.write('steps.json', JSON.stringify(steps));
    place.write('victim', 'untouched');
    symlinkSync('victim', path.join(place.folder, 'c.checkpoint.new'));

    const { code } = await place.run(['run', 'steps.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint']);

    expect(code).toBe(4);
    expect(readFileSync(path.join(place.folder, 'victim'), 'utf8')).toBe('untouched');
    expect(statSync(path.join(place.folder, 'c.checkpoint')).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.folder).filter((name) => name.endsWith('.new'))).toEqual(['c.checkpoint.new']);
  });

  test.each([
    ['a file', 'out.ndjson', 'out.ndjson'],
    ['a folder', 'out/', 'out/results.ndjson'],
  ])('does not go on with an output in %s that is shorter than its checkpoint', async (_, output, file) => {
    const steps = { connection: 'c.json', operation: 'steps', properties: { count: 4, breakAt: 2 } };
    place.write('steps.json', JSON.stringify(steps));
    const args = ['run', 'steps.json', '--output', output, '--checkpoint', 'c.checkpoint'];
    await place.run(args);
    place.write(file, 'cut\n');

    const { code, stderr } = await place.run(args);

    expect(code).toBe(2);
    expect(stderr).toContain('has 4 bytes');
    expect(readFileSync(path.join(place.folder, file), 'utf8')).toBe('cut\n');
  });

  test('takes a checkpoint that cannot be read for no new start', async () => {
    mkdirSync(path.join(place.folder, 'c.checkpoint'));
    place.write('steps.json', STEPS);

    expect(
      await place.run(['run', 'steps.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint']),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read (EISDIR)') });
  });

  test('refuses a checkpoint that is damaged', async () => {
    place.write('c.checkpoint', '{"checkpoint":');
    place.write('steps.json', STEPS);

    expect(
      await place.run(['run', 'steps.json', '--output', 'out.ndjson', '--checkpoint', 'c.checkpoint']),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('is damaged') });
  });
});
