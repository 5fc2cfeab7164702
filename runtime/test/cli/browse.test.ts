import { Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe('connector browse', () => {
  test('lists object types, all or those searched for', async () => {
    const all = await place.run(['browse', 'c.json', '--operation', 'count']);
    const some = await place.run(['browse', 'c.json', '--operation', 'count', '--search', 'Pe']);

    expect([all.code, all.lines.map(({ id }) => id)]).toEqual([0, ['Apple', 'Pear']]);
    expect([some.code, some.lines]).toEqual([0, [{ id: 'Pear', label: 'Pears', custom: false }]]);
  });

  test.each<[string[], object]>([
    [[], { format: 'xsd', role: 'input', properties: { count: 3 } }],
    [['--format', 'json-schema', '--role', 'output'], { format: 'json-schema', role: 'output' }],
    [['--format', 'xsd', '--properties', 'count.json'], { format: 'xsd', properties: { count: 250 } }],
  ])('prints the schema of an object type with %j', async (args, query) => {
    const { code, lines } = await place.run(['browse', 'c.json', 'Apple', '--operation', 'count', ...args]);

    expect(code).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ operation: 'count', objectType: 'Apple', ...query })]);
  });

  test('takes properties that lack what they need to run alone', async () => {
    place.write('dozens.json', '{ "connection": "c.json", "operation": "count", "properties": { "dozens": true } }');
    const browse = ['browse', 'c.json', 'Apple', '--operation', 'count', '--properties', 'dozens.json'];

    expect(await place.run(browse)).toMatchObject({ code: 0, stderr: '' });
    expect(await place.run(['run', 'dozens.json'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/properties/count: is missing: dozens are counted'),
    });
  });

  test.each([
    ['--format', 'xsd'],
    ['--role', 'input'],
    ['--properties', 'echo.json'],
  ])('refuses %s without an object type', async (...option) => {
    expect(await place.run(['browse', 'c.json', '--operation', 'echo', ...option])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`${option[0]} goes with an object type`),
    });
  });

  test('prints the fields of an object type with --format tree', async () => {
    const { code, lines } = await place.run(['browse', 'c.json', 'Apple', '--operation', 'count', '--format', 'tree']);

    expect(code).toBe(0);
    expect(lines).toMatchObject([{ name: 'Colour', required: true }]);
  });

  test.each([
    [['Apple', '--search', 'x'], '--search goes with'],
    [['Apple', '--properties', 'echo.json'], 'is for operation echo'],
  ])('%j ends with 2', async (args, text) => {
    expect(await place.run(['browse', 'c.json', ...args, '--operation', 'count'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(text),
    });
  });

  test('ends with 70 at a defect, and shows no secret of it', async () => {
    const { code, stdout, stderr } = await place.run(['browse', 'c.json', 'Broken', '--operation', 'count']);

    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toContain('a defect of this program: TypeError: a defect, in [secret]');
  });
});
