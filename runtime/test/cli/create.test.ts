import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { create } from '#src/cli/commands/create.js';
import { ask, type Question } from '#src/cli/questions.js';
import { Workplace } from './command.js';

const TARBALLS = ['core', 'runtime', 'conformance-tests'].map((name) => `connector-runtime-${name}-0.3.0.tgz`);

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const inPlace = (...names: readonly string[]) => path.join(place.folder, ...names);
const textOf = (...names: readonly string[]) => readFileSync(inPlace(...names), 'utf8');
const tarballs = (names: readonly string[]) => {
  mkdirSync(inPlace('tarballs'));
  for (const name of names) place.write(`tarballs/${name}`, '');
};

describe('connector create', () => {
  test.each(['http-json', 'minimal'])('writes a package from %s under the folder’s name', async (template) => {
    const { code, lines, stderr } = await place.run(['create', 'tea-shop', '--template', template]);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `tea-shop: ${lines.length} files from ${template}. Next:\n  cd tea-shop\n  npm install\n  npm test\n`,
    });
    for (const { file } of lines) expect(existsSync(inPlace(String(file)))).toBe(true);
    expect(lines).toContainEqual({ file: 'tea-shop/.gitignore' });
    expect(lines).toContainEqual({ file: 'tea-shop/.github/workflows/ci.yml' });
    expect(readdirSync(place.folder).filter((name) => name.startsWith('.'))).toEqual([]);
    const everything = lines.map(({ file }) => textOf(String(file))).join('\n');
    expect(everything).not.toMatch(/acme/i);
    expect(everything).toContain("id: 'tea-shop'");
    expect(everything).toContain("title: 'Tea shop'");
    expect(everything).toContain("'TEA_SHOP_ANSWER_UNEXPECTED'");
  });

  test('takes http-json and the name in words with --yes, and says nothing with --quiet', async () => {
    const { code, stderr } = await place.run(['create', 'deep/down/shop', '--yes', '--quiet']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(textOf('deep/down/shop/src/manifest.ts')).toContain("title: 'Shop'");
    expect(existsSync(inPlace('deep/down/shop/src/browse.ts'))).toBe(true);
    expect(statSync(inPlace('deep/down/shop')).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  test('installs from the registry the version that it is of itself', async () => {
    await place.run(['create', 'shop', '--yes']);

    expect(JSON.parse(textOf('shop/package.json'))).toMatchObject({
      name: 'shop',
      peerDependencies: { '@connector-runtime/core': '^0.1.0' },
      devDependencies: { '@connector-runtime/core': '^0.1.0', '@connector-runtime/conformance-tests': '^0.1.0' },
    });
  });

  test('installs from tarballs with --from, by a path from the package', async () => {
    tarballs([...TARBALLS, 'connector-runtime-salesforce-rest-0.3.0.tgz', 'notes.txt']);

    const { code, stderr } = await place.run(['create', 'plugins/shop', '--template', 'minimal', '--from', 'tarballs']);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/\n {2}npm test\npackage\.json names tarballs of this machine: CI cannot .+\n$/),
    });
    expect(textOf('plugins/shop/README.md')).toContain('## Before the first push');
    expect(JSON.parse(textOf('plugins/shop/package.json'))).toMatchObject({
      peerDependencies: { '@connector-runtime/core': '^0.3.0' },
      devDependencies: {
        '@connector-runtime/core': 'file:../../tarballs/connector-runtime-core-0.3.0.tgz',
        '@connector-runtime/runtime': 'file:../../tarballs/connector-runtime-runtime-0.3.0.tgz',
        '@connector-runtime/conformance-tests': 'file:../../tarballs/connector-runtime-conformance-tests-0.3.0.tgz',
      },
    });
  });

  test('finds tarballs from where the package really is, behind a symbolic link', async () => {
    tarballs(TARBALLS);
    mkdirSync(inPlace('a', 'b', 'c'), { recursive: true });
    symlinkSync(inPlace('a', 'b', 'c'), inPlace('link'));

    await place.run(['create', 'link/shop', '--yes', '--from', 'tarballs']);

    expect(textOf('a/b/c/shop/package.json')).toContain('"file:../../../../tarballs/connector-runtime-core-0.3.0.tgz"');
  });

  test('fills an empty folder that is there already', async () => {
    mkdirSync(inPlace('shop'));
    const { ino } = statSync(inPlace('shop'));

    const { code } = await place.run(['create', 'shop', '--yes']);

    expect(code).toBe(0);
    expect(statSync(inPlace('shop')).ino).toBe(ino);
    expect(readdirSync(inPlace('shop'))).toContain('package.json');
  });

  test.each([
    [['create'], "missing required argument 'folder'"],
    [['create', 'shop', '--template', 'soap'], 'Allowed choices are http-json, minimal'],
    [['create', 'Shop', '--yes'], 'lower-case letters, digits and single hyphens, beginning with a letter, at most 60'],
    [['create', '1abc', '--yes'], 'beginning with a letter'],
    [['create', 'my_shop', '--yes'], 'got "my_shop"'],
    [['create', `shop-${'x'.repeat(60)}`, '--yes'], 'at most 60'],
    [['create', 'http', '--yes'], 'a package cannot be called http'],
    [['create', 'typescript', '--yes'], 'a package cannot be called typescript'],
    [['create', 'shop', '--yes', '--title', "O'Brien"], '--title: a title is 1 to 60 letters'],
    [['create', 'shop'], 'no terminal to ask on: add --template http-json or minimal, or --yes'],
    [['create', 'c.json/shop', '--yes'], 'c.json/shop is no folder'],
    [['create', 'full', '--yes'], 'full is not empty; name a folder that does not exist yet'],
    [['create', 'shop', '--yes', '--from', 'nowhere'], '--from nowhere cannot be read (ENOENT)'],
    [
      ['create', 'shop', '--yes', '--from', 'full'],
      '--from full has no tarball of @connector-runtime/core, @connector-runtime/runtime, @connector-runtime/conformance-tests; `npm run pack -- <folder>`',
    ],
    [
      ['create', 'shop', '--yes', '--from', 'tarballs'],
      'more than one tarball of @connector-runtime/core: connector-runtime-core-0.3.0.tgz, connector-runtime-core-0.4.0.tgz; leave one there',
    ],
  ])('%j ends with 2, says why, and writes nothing', async (args, message) => {
    mkdirSync(inPlace('full'));
    place.write('full/notes.txt', 'mine');
    tarballs([...TARBALLS, 'connector-runtime-core-0.4.0.tgz']);
    const before = readdirSync(place.folder, { recursive: true });

    const { code, stdout, stderr } = await place.run(args);

    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(readdirSync(place.folder, { recursive: true })).toEqual(before);
  });

  test('ends with 4 where the system refuses', async () => {
    const { code, stdout, stderr } = await place.run(['create', '/proc/shop', '--yes']);

    expect({ code, stdout, stderr }).toEqual({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^OUTPUT_FAILED: \/proc\/shop cannot be written \(E[A-Z]+\)\n$/),
    });
  });
});

describe('the questions of connector create', () => {
  /** A terminal at which these lines are typed. */
  const terminal = (...lines: readonly string[]) => {
    const input = new PassThrough();
    const output = new PassThrough().setEncoding('utf8');
    const waiting = [...lines];
    let shown = '';
    output.on('data', (text: string) => {
      shown += text;
      if (!text.endsWith('] ')) return;
      const line = waiting.shift();
      if (line === undefined) input.end();
      else input.write(`${line}\n`);
    });
    return { input, output, shown: () => shown };
  };
  const NUMBER: Question = {
    text: 'How many',
    byDefault: '3',
    problemIn: (answer) => (/^\d+$/.test(answer) ? undefined : 'a number, please'),
  };

  test('take what is typed, the default for nothing, and ask again where it does not do', async () => {
    const person = terminal('many', ' 7 ', '');

    expect(await ask([NUMBER, NUMBER], person)).toEqual(['7', '3']);
    expect(person.shown()).toBe('How many [3] a number, please\nHow many [3] How many [3] ');
  });

  test('end with CANCELLED where the input ends', async () => {
    await expect(ask([NUMBER], terminal())).rejects.toMatchObject({
      info: { category: 'cancelled', code: 'CANCELLED', message: 'nothing was written' },
    });
  });

  test('decide on template and title', async () => {
    const person = terminal('soap', 'minimal', 'The Tea Shop');
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((_, done) => {
      (done as unknown as () => void)();
      return true;
    });

    const code = await create(inPlace('shop'), { quiet: true }, '0.1.0', person).finally(() => write.mockRestore());

    expect(code).toBe(0);
    expect(person.shown()).toContain('minimal    the least that is honest');
    expect(person.shown()).toContain('it must be http-json or minimal');
    expect(textOf('shop/src/manifest.ts')).toContain("title: 'The Tea Shop'");
    expect(existsSync(inPlace('shop/src/read-notes.ts'))).toBe(true);
  });
});
