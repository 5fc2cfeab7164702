import { createPlugin, type OfflineFolder, removePlugin, Tarballs } from './created-plugin.js';

/** What each template proves; the suite's own catalogue decides the counts. */
const TEMPLATES = ['http-json', 'minimal'];
const NAME = 'a-plugin-whose-name-is-rather-long-but-allowed';

describe.each(TEMPLATES)('a plugin from the template %s, as connector create writes it', (template) => {
  let tarballs: Tarballs;
  let plugin: OfflineFolder;
  beforeAll(() => {
    tarballs = new Tarballs();
    plugin = createPlugin(NAME, template, tarballs);
  }, 60_000);
  afterAll(() => {
    removePlugin(plugin);
    tarballs.remove();
  });

  test('is green under npm test, and conformant with no MUST unproven', () => {
    const { status, text } = plugin.run('npm test');

    expect({ status, failed: text.match(/^(not ok|✖).*$/gm) }).toEqual({ status: 0, failed: null });
    expect(text).toMatch(
      new RegExp(
        `^[#ℹ] ${NAME} 0\\.1\\.0 — contract \\^1\\.0 — full: conformant \\(\\d+ passed, \\d+ not declared(?:, [A-Z]+ [A-Z]+-\\d+ unproven)*\\)$`,
        'm',
      ),
    );
  }, 180_000);

  test('is formatted and linted by its own rules, with the reports of the suite in its folder', () => {
    plugin.run('npx connector-conform ./dist/test/subject.js --only MAN-01 --report html --report json --report junit');
    for (const form of ['html', 'json', 'xml']) expect(plugin.read(`conformance-report.${form}`)).not.toBe('');

    expect(plugin.run('npm run lint')).toMatchObject({ status: 0 });
  });

  test('is known to the command in its folder, and keeps its released manifest', () => {
    expect(JSON.parse(plugin.run('npx connector list').text)).toMatchObject({
      id: NAME,
      operations: ['read', 'create'],
    });
    expect(plugin.run('npm run released')).toMatchObject({ status: 0 });
    expect(JSON.parse(plugin.read('released-manifest.json'))).toMatchObject({ id: NAME, version: '0.1.0' });

    plugin.replace('src/manifest.ts', "id: 'read'", "id: 'readAll'");
    plugin.replace('src/index.ts', 'read:', 'readAll:');
    plugin.replace('test/subject.ts', '    read: {', '    readAll: {');
    expect(plugin.run('npm run build')).toMatchObject({ status: 0 });
    expect(plugin.conform('MAN-05').checks).toMatchObject([
      { outcome: 'fail', card: { seen: 'operation read is gone' } },
    ]);
  });
});
