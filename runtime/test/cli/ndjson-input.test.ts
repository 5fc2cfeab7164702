import { readNdjson } from '#src/cli/ndjson-input.js';
import type { DocumentInput, RefusedInput } from '#src/execution/document-input.js';

async function read(...lines: string[]): Promise<(DocumentInput | RefusedInput)[]> {
  async function* bytes() {
    for (const line of lines) yield Buffer.from(`${line}\n`);
  }
  const inputs: (DocumentInput | RefusedInput)[] = [];
  for await (const input of readNdjson(bytes(), { readBytes: 0, isRunOutput: false, endsComplete: false }))
    inputs.push(input);
  return inputs;
}

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

test.each([
  ['a body of arrays', `{"body":${arrays(100_000)}}`],
  ['a body of objects', `{"body":${objects(100_000)}}`],
  ['properties', `{"body":"x","properties":${objects(100_000)}}`],
  ['an id', `{"body":"x","id":${arrays(100_000)}}`],
  ['a type', `{"body":"x","type":${arrays(100_000)}}`],
  ['text that is no JSON', '['.repeat(100_000)],
])('a line with %s nested a hundred thousand levels deep is refused alone', async (_, line) => {
  const inputs = await read('{"body":"first"}', line, '{"body":"last"}');

  expect(inputs).toEqual([
    expect.objectContaining({ body: 'first' }),
    { id: 'line-2', refused: expect.objectContaining({ message: expect.stringContaining('nested deeper than') }) },
    expect.objectContaining({ body: 'last' }),
  ]);
});

test.each([
  ['{"body":{"a":1.10,"b":[9007199254740993]}}', '{"a":1.10,"b":[9007199254740993]}'],
  ['{ "id" : "x" , "body" : [ 1.0 ] }', '[ 1.0 ]'],
  ['{"body":{"a":1},"body":{"b":2.0}}', '{"b":2.0}'],
  ['{"b\\u006fdy":[1.0],"id":"x"}', '[1.0]'],
  ['{"properties":{"body":[2]},"body":{"body":[3.0]}}', '{"body":[3.0]}'],
  ['{"body":{"a\\"}":"},\\\\","c":1.0}}', '{"a\\"}":"},\\\\","c":1.0}'],
  ['{"body":-1.50e3}', '-1.50e3'],
  ['{"body":null}', 'null'],
])('the body of %s is taken as it stands', async (line, body) => {
  expect(await read(line)).toMatchObject([{ body, mediaType: 'application/json' }]);
});

test.each([
  ['{', ','],
  ['', '? '],
  ['', '"a" '],
  ['{', '"a" '],
  ['{"body":"x"', ',{:}'],
  ['', '1 '],
  ['{"body":"', 'x\\n'],
  ['{"body":[', '1,'],
])('a line of %j and 16 MB of %j is refused alone, at once and in little memory', async (start, unit) => {
  const line = start + unit.repeat(16_000_000 / unit.length);
  const { rss } = process.memoryUsage();
  const cpu = process.cpuUsage();

  const inputs = await read('{"body":"first"}', line, '{"body":"last"}');

  expect(process.cpuUsage(cpu).user).toBeLessThan(2_000_000);
  expect(process.memoryUsage().rss - rss).toBeLessThan(300_000_000);
  expect(inputs).toMatchObject([
    { body: 'first' },
    {
      id: 'line-2',
      refused: {
        code: 'LINE_INVALID',
        message: expect.stringMatching(/is not JSON: (column \d+: \w|the fault is past column)/),
      },
    },
    { body: 'last' },
  ]);
});

test.each([
  ['a comma too many', '{"body":"x",}', 'column 13: a property name in double quotes is expected'],
  ['a comment', '{"body":"x"} // a word', 'column 14: a comment stands where none may be'],
  ['a long line', `{"body":"${'x'.repeat(65_000)}"} {}`, 'column 65013: the line must end here'],
  ['a longer line', `{"body":"${'x'.repeat(66_000)}"} {}`, 'the fault is past column 65536'],
  ['a longer line without its end', `{"body":"${'x'.repeat(66_000)}`, 'the fault is past column 65536'],
  ['a line without its end', '{"body":"x', 'column 9: a text is not closed'],
  ['a value that is missing', '{"body":}', 'column 9: a value is expected'],
  ['a colon that is missing', '{"body" "x"}', 'column 9: a colon is expected'],
  ['a comma that is missing', '{"body":"x" "id":"1"}', 'column 13: a comma is expected'],
  ['an object that is not closed', '{"body":"x"', 'column 12: a closing } is expected'],
  ['a list that is not closed', '{"body":[1', 'column 11: a closing ] is expected'],
  [
    'a text in single quotes',
    '{"body":\'x\'}',
    'column 9: a value must be a text in double quotes, a number, true, false, null, an object or a list',
  ],
  ['two objects', '{"body":"x"} {}', 'column 14: the line must end here'],
])('of %s the first fault is told, and its place', async (_, line, fault) => {
  expect(await read(line)).toMatchObject([{ refused: { message: `line-1 is not JSON: ${fault}` } }]);
});

test.each([
  ['an unknown key', `{"${'k'.repeat(3_000_000)}":1}`],
  ['an id that is no text', `{"id":["${'k'.repeat(3_000_000)}"],"body":"x"}`],
  ['an unknown type', `{"type":"${'k'.repeat(3_000_000)}"}`],
])('a message on %s of millions of letters is short, and quick', async (_, line) => {
  const startedMs = performance.now();

  const [input] = await read(line);

  expect(input).toMatchObject({ refused: { code: 'LINE_INVALID' } });
  expect(JSON.stringify(input).length).toBeLessThan(400);
  expect(performance.now() - startedMs).toBeLessThan(500);
});
