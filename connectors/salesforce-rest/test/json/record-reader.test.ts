import fc from 'fast-check';
import { completeRecord, readQueryPage } from '#src/json/record-reader.js';

const page = (records: string, totalSize = 1, more = '"done":true') =>
  `{"totalSize":${totalSize},${more},"records":[${records}]}`;
const MORE = '"done":false,"nextRecordsUrl":"/services/data/v64.0/query/01g-1"';

describe('a page', () => {
  test('is cut into its records as they are written', () => {
    const records = [
      '{"attributes":{"type":"A"},"N":1.10,"T":"}]{\\"[,"}',
      '{ "N" : 9007199254740993 , "X":null, "Y":"" }',
    ];

    expect(readQueryPage(page(records.join(' ,\n'), 2))).toMatchObject({ totalSize: 2, records });
  });

  test('gives its cursor, with escapes resolved', () => {
    const text = page('{"Id":"a"}', 9, '"done":false,"nextRecordsUrl":"\\/query\\u002f2"');

    expect(readQueryPage(text).nextRecordsUrl).toBe('/query/2');
  });

  test('takes members of a record for fields, whatever their names', () => {
    const record =
      '{"attributes":{"type":"AggregateResult"},"done":3,"records":5,"totalSize":"x","Owner":{"Name":"records"}}';

    expect(readQueryPage(page(record)).records).toEqual([record]);
  });

  test('cut anywhere, or followed by anything, is refused', () => {
    const text = page(`{"Id":"a\\u0041\\n","N":-1.5e3,"C":{"totalSize":1,"done":true,"records":[{"Id":null}]}}`);

    for (let end = 0; end < text.length; end += 1) expect(() => readQueryPage(text.slice(0, end))).toThrow();
    expect(() => readQueryPage(`${text}{}`)).toThrow(/unexpected "{"/);
  });

  test.each([
    ['no object', '[{"Id":"a"}]', /no query result/],
    ['without done', '{"totalSize":0,"records":[]}', /no query result/],
    ['without records', '{"totalSize":0,"done":true}', /no query result/],
    ['without a cursor', page('{}', 2, '"done":false'), /not where/],
    ['with a count that is none', page('', 1).replace('1', '"1"'), /totalSize/],
    ['with a done that is text', page('{}', 1, '"done":"true"'), /done/],
    ['with a record that is no object', page('1'), /no object/],
    ['with a record that is a list', page('[]'), /no object/],
    ['with a list of child records without its count', page('{"C":{"done":true,"records":[]}}'), /no totalSize/],
    ['with a list that lacks child records', page('{"C":{"totalSize":2,"done":true,"records":[{}]}}'), /1 of 2/],
    ['with a list that goes on nowhere', page('{"C":{"totalSize":2,"done":false,"records":[{}]}}'), /not where/],
    ['with a list whose records are null', page('{"C":{"totalSize":0,"done":true,"records":null}}'), /no records/],
    ['nested too deeply', page(`{"A":${'['.repeat(300)}${']'.repeat(300)}}`), /nested deeper/],
    ['with a comma too many', page('{"Id":"a",}'), /unexpected/],
    ['with a control character in a text', page('{"Id":"a\u0001"}'), /unexpected/],
    ['with an escape that is none', page('{"Id":"\\x"}'), /unexpected/],
    ['with a number that is none', page('{"N":01}'), /unexpected/],
    ['with a bare word', page('{"N":nil}'), /unexpected/],
  ])('that is %s is refused', (_what, text, message) => {
    expect(() => readQueryPage(text)).toThrow(message);
  });

  test('reads what JSON.parse reads, and refuses what it refuses', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))), fc.nat(), (values, at) => {
        const records = values.map((value) => JSON.stringify({ ...value, C: null }, null, at % 3));
        const text = page(records.join(','), records.length);
        const broken = text.slice(0, at % text.length) + text.slice((at % text.length) + 1);
        let isJson = true;
        try {
          JSON.parse(broken);
        } catch {
          isJson = false;
        }

        if (!values.some((value) => holdsList(value))) expect(readQueryPage(text).records).toEqual(records);
        if (!isJson) expect(() => readQueryPage(broken)).toThrow();
      }),
    );
  });
});

/** Objects below a record that have members of a list. */
function holdsList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(
    (inner) =>
      holdsList(inner) ||
      (typeof inner === 'object' && inner !== null && ['done', 'records', 'totalSize'].some((name) => name in inner)),
  );
}

describe('a list of child records that goes on elsewhere', () => {
  const list = (inside: string) => page(`{"Id":"p","C":{${inside}}}`);

  test.each([
    [`"totalSize":3,${MORE},"records":[{"Id":1}]`, '"totalSize":3,"done":true,"records":[{"Id":1},{"Id":2},{"Id":3}]'],
    [
      `"nextRecordsUrl":"/q" , "records":[ {"Id":1} ],"totalSize":3,"done":false`,
      ' "records":[ {"Id":1},{"Id":2},{"Id":3} ],"totalSize":3,"done":true',
    ],
    [
      `"done":false,"totalSize":2,"records":[] , "nextRecordsUrl":"/q"`,
      '"done":true,"totalSize":2,"records":[{"Id":2},{"Id":3}] ',
    ],
  ])('is completed in place: %s', (before, after) => {
    const { records, openLists } = readQueryPage(
      `{"totalSize":2,"done":true,"records":[{"Id":"o"},${list(before).slice(list(before).indexOf('[') + 1)}`,
    );
    const lists = openLists.get(1) ?? [];

    expect(completeRecord(records[1] ?? '', lists, [['{"Id":2}', '{"Id":3}']])).toBe(`{"Id":"p","C":{${after}}}`);
  });

  test('is found at any depth, in the order of the record', () => {
    const inner = `{"totalSize":5,${MORE},"records":[{"Id":1}]}`;
    const outer = `{"totalSize":1,"done":true,"records":[{"Id":2,"D":${inner}}]}`;
    const { records, openLists } = readQueryPage(page(`{"C":${outer},"E":${inner}}`));
    const lists = openLists.get(0) ?? [];

    expect(lists).toHaveLength(2);
    expect(JSON.parse(completeRecord(records[0] ?? '', lists, [['{"Id":"x"}'], ['{"Id":"y"}']]))).toEqual({
      C: {
        totalSize: 1,
        done: true,
        records: [{ Id: 2, D: { totalSize: 5, done: true, records: [{ Id: 1 }, { Id: 'x' }] } }],
      },
      E: { totalSize: 5, done: true, records: [{ Id: 1 }, { Id: 'y' }] },
    });
  });
});
