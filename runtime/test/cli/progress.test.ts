import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { finished, ndjson, Workplace } from './command.js';

const BIN = path.resolve(__dirname, '..', '..', 'bin', 'connector.js');
const CTRL_C = '\x03';

let place: Workplace;
let terminal: ChildProcessWithoutNullStreams | undefined;
beforeEach(() => {
  place = new Workplace();
  place.write('settle.json', '{ "connection": "c.json", "operation": "settle", "properties": {} }');
});
afterEach(() => {
  terminal?.kill();
  place.remove();
});

/** Runs the command on a terminal of its own, whose text is then its stdout. */
function onTerminal(...args: readonly string[]): ChildProcessWithoutNullStreams {
  const line = [process.execPath, BIN, 'run', ...args, '--output', 'out.ndjson'].map((word) => `'${word}'`).join(' ');
  terminal = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: place.folder,
    env: { PATH: process.env['PATH'], TERM: 'xterm', XDG_STATE_HOME: place.folder, ECHO_PASSWORD: 'sesame' },
  });
  return terminal;
}

async function shownBy(...args: readonly string[]): Promise<string> {
  const { code, stdout } = await finished(onTerminal(...args));
  expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  return stdout;
}

/** Ends the command as soon as its terminal shows a text; gives all that it showed. */
async function shownUntil(text: RegExp, ...args: readonly string[]): Promise<string> {
  const child = onTerminal(...args);
  let shown = '';
  child.stdout.on('data', (piece: Buffer) => {
    if (text.test(shown)) return;
    shown += piece.toString();
    if (text.test(shown)) child.stdin.write(CTRL_C);
  });
  return (await finished(child)).stdout;
}

describe('on a terminal', () => {
  test('a file of lines has a bar of the bytes that were read of it', async () => {
    place.write('in.ndjson', ndjson({ body: 'success' }, { body: 'working' }));

    const shown = await shownUntil(/3 of 4/, 'settle.json', '--input', 'in.ndjson');

    expect(shown).toContain('settle -------------------- 0 documents, 0% of input read, 0 outputs');
    expect(shown).toContain('1 document, 100% of input read, 0 outputs');
  });

  test('the share of a file counts the lines that were taken, not what lies in a buffer', async () => {
    place.write('in.ndjson', ndjson({ body: 'working' }, ...Array.from({ length: 99 }, () => ({ body: 'success' }))));

    const shown = await shownUntil(/3 of 4/, 'settle.json', '--input', 'in.ndjson');

    expect(Number(/3 of 4 records, 0 documents, (\d+)% of input read/.exec(shown)?.[1])).toBeLessThan(50);
  });

  test('the bar is of what the plugin says while it works on documents', async () => {
    place.write('in.ndjson', ndjson({ body: 'success' }, { body: 'working' }));

    const shown = await shownUntil(/3 of 4/, 'settle.json', '--input', 'in.ndjson');

    expect(shown).toMatch(/settle ={15}-{5} 3 of 4 records, 1 document, \d+% of input read, 0 outputs/);
  });

  test('a folder has a bar of its documents', async () => {
    mkdirSync(path.join(place.folder, 'in'));
    for (const name of ['a', 'b']) place.write(`in/${name}.xml`, '<x/>');

    const shown = await shownBy('echo.json', '--input', 'in');

    expect(shown).toContain('echo -------------------- 0 of 2 documents, 0 outputs');
    expect(shown).toContain('echo ==================== 2 of 2 documents, 2 outputs');
  });

  test('where nobody knows how much there is, the counts stand without a bar', async () => {
    const shown = await shownBy('count.json');

    expect(shown).toContain('count 1 document, 250 outputs');
    expect(shown).not.toMatch(/[=-]{20}/);
  });
});

test('one document and one output are told of in the singular', async () => {
  const { stderr } = await place.run(['run', 'echo.json'], ndjson({ body: '<x/>' }));

  expect(stderr).toContain('echo: 1 document, 1 success, 1 output\n');
});
