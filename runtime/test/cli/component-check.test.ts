import { Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const PASSWORD = '"password": { "$secret": "env:ECHO_PASSWORD" }';

/** What `validate` says of a file: "line:column pointer message", or what it says of all of it. */
async function found(text: string, env: Readonly<Record<string, string>> = {}) {
  const { code, lines, stdout } = await place.run(['validate', place.write('made.json', text)], '', env);
  const said = lines.map(({ line, column, path, message, valid }) =>
    line === undefined ? (message ?? `valid: ${String(valid)}`) : `${line}:${column} ${path} ${message}`,
  );
  return { code, said, stdout };
}

describe('connector validate', () => {
  test('lists every issue with line, column and pointer, never a secret, and ends with 2', async () => {
    const { code, said, stdout } = await found(
      '{\n  "plugin": "echo",\n  "properties": {\n    "password": 12345,\n    "concurent": 3,\n    "concurrent": 99\n  }\n}',
    );

    expect(code).toBe(2);
    expect(new Set(said)).toEqual(
      new Set([
        '4:5 /properties/password must be string, got a value that is not shown',
        '5:5 /properties/concurent is not a known property; did you mean concurrent?',
        '6:5 /properties/concurrent must be <= 25, got 99',
      ]),
    );
    expect(stdout).not.toContain('12345');
  });

  test('lists at once what is wrong at the top, in properties, secrets and http', async () => {
    place.write('ca.pem', 'no certificate');
    const { code, said } = await found(
      `{
  "plugin": "echo",
  "propertis": {},
  "properties": {
    "password": { "$secret": "env:NOT_SET_ANYWHERE" },
    "concurrent": 99
  },
  "http": { "proxy": "ftp://proxy", "caFile": "ca.pem", "keyFile": "key.pem", "headersTimeoutMs": -1 }
}`,
    );

    expect(code).toBe(2);
    expect(said.map(String)).toEqual([
      '3:3 /propertis is not a known property; did you mean properties?',
      '8:79 /http/headersTimeoutMs must be >= 1, got -1',
      '5:5 /properties/password secret env:NOT_SET_ANYWHERE is not set in the environment',
      '6:5 /properties/concurrent must be <= 25, got 99',
      expect.stringMatching(/^8:13 \/http\/proxy the proxy must be an http/),
      '8:37 /http/caFile ca.pem holds no PEM certificate',
      '8:57 /http/keyFile key.pem cannot be read (ENOENT)',
    ]);
  });

  test.each([
    ['{\n  "plugin": \n}', 'line 3, column 1: a value is expected'],
    ['{\n  "plugin": "echo"\n  "properties": {}\n}', 'line 3, column 3: a comma is expected'],
    ['{\n  "plugin": "echo",\n  properties: {}\n}', 'line 3, column 3: a value must be a text in double quotes'],
    ['{ "plugin": "echo"', 'line 1, column 19: a closing } is expected'],
    ['', 'line 1, column 1: a value is expected'],
  ])('says in words what is wrong with %j', async (text, words) => {
    expect((await found(text)).said[0]).toContain(words);
  });

  test('finds a key that is there twice', async () => {
    const { code, said } = await found(`{
  "plugin": "echo",
  "properties": { ${PASSWORD}, "concurrent": 1,
    "concurrent": 2 }
}`);

    expect([code, said]).toEqual([
      2,
      [expect.stringMatching(/^3:\d+ \/properties\/concurrent is there twice, again in line 4, column 5$/)],
    ]);
  });

  test('points out a mistyped $secret', async () => {
    const { said } = await found(
      '{ "plugin": "echo", "properties": { "password": { "$secrt": "env:ECHO_PASSWORD" } } }',
    );

    expect(said).toEqual([expect.stringContaining('did you mean {"$secret": "env:NAME"}')]);
  });

  test('warns of a secret in plain text, never shows it, and takes the component', async () => {
    const { code, said, stdout } = await found('{ "plugin": "echo", "properties": { "password": "open-barley" } }');

    expect([code, said]).toEqual([0, [expect.stringContaining('/properties/password a secret in plain text')]]);
    expect(stdout).toContain('"valid":true');
    expect(stdout).not.toContain('open-barley');
  });

  test.each(['', '"objectType": "", '])('wants the objectType that an operation needs, with %j', async (objectType) => {
    const { code, said } = await found(`{ "operation": "touch", ${objectType}"properties": {} }`);

    expect([code, said]).toEqual([2, [expect.stringContaining('/objectType operation touch needs an objectType')]]);
  });

  test.each([
    ['{ "plugin": "ecko", "properties": {} }', '/plugin no plugin ecko; did you mean echo?'],
    ['{ "plugin": "echo", "configVersion": 7, "properties": {} }', '/configVersion configVersion must be 1 to 1'],
    ['{ "operation": "ehco", "properties": {} }', '/operation echo has no operation ehco; did you mean echo?'],
    ['{ "connection": "no.json", "operation": "echo", "properties": {} }', '/connection'],
    ['[]', 'must be object'],
  ])('names the place in %j', async (text, words) => {
    const { code, said } = await found(text);

    expect([code, said]).toEqual([2, expect.arrayContaining([expect.stringMatching(/^1:\d+ /)])]);
    expect(said.join('\n')).toContain(words);
  });
});

describe.each([
  ['run', ['run', 'echo.json']],
  ['test', ['test', 'c.json']],
  ['browse', ['browse', 'c.json', '--operation', 'echo']],
])('connector %s', (_, args) => {
  test('names file, line, column and pointer of every fault of its component', async () => {
    place.write(
      'c.json',
      '{\n  "plugin": "echo",\n  "properties": {\n    "concurrent": 99\n  },\n  "http": { "cafile": "" }\n}',
    );

    const { code, stdout, stderr } = await place.run(args);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^CONFIG_INVALID: .*c\.json:6:13: \/http\/cafile: is not a known property; did you mean caFile/,
      ),
      expect.stringMatching(/^CONFIG_INVALID: .*c\.json:3:3: \/properties\/password: is missing$/),
      expect.stringMatching(/^CONFIG_INVALID: .*c\.json:4:5: \/properties\/concurrent: must be <= 25, got 99$/),
      '',
    ]);
  });
});

test('run names the place of a fault of its operation', async () => {
  place.write('echo.json', '{\n  "connection": "c.json",\n  "operation": "echo",\n  "properties": { "x": 1 }\n}');

  expect(await place.run(['run', 'echo.json'])).toMatchObject({
    code: 2,
    stderr: 'CONFIG_INVALID: echo.json:4:19: /properties/x: is not a known property\n',
  });
});

test('run wants the objectType before it connects', async () => {
  place.write('touch.json', '{ "connection": "c.json", "operation": "touch", "properties": {} }');

  expect(await place.run(['run', 'touch.json'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('OBJECT_TYPE_MISSING: touch.json:1:1: /objectType:'),
  });
});
