import { readBatchResults } from '#src/json/batch-reader.js';
import { RecordCheck } from '#src/json/record-check.js';
import { splitId } from '#src/json/record-id.js';

describe('the check of a record', () => {
  const check = (text: string) => new RecordCheck(text).step(Number.MAX_SAFE_INTEGER);

  test.each(['{}', ' {"a":{"b":1,"c":[{"b":2},{"b":3}]},"b":"\\ud83d\\ude80 \\u0000"}\n'])('passes %s', (text) => {
    expect(check(text)).toBe(true);
  });

  test.each([
    ['', /ends too early/],
    ['{"a":1', /ends too early/],
    ['[{}]', /no object/],
    ['"a"', /no object/],
    ['null', /no object/],
    ['{} {}', /unexpected/],
    ['{"a":"\\ud83d"}', /surrogate/],
    ['{"\\ude80":1}', /surrogate/],
    ['{"Name":1,"N\\u0061me":2}', /stands twice/],
    ['{"a":[{"b":1,"b":1}]}', /stands twice/],
    ['{"b":{"a":1},"a":2,"c":3,"a":4}', /the name "a" stands twice/],
    ['{"":1,"":2}', /stands twice/],
    ['{"Name":1,"a":1,"NAME":2}', /the name "NAME" stands twice/],
    ['{"n\\u0041me":1,"Name":2}', /stands twice/],
    [`{${Array.from({ length: 100 }, (_, index) => `"f${index}":1`).join(',')},"F3":2}`, /"F3" stands twice/],
    ['{"N\\u0061me":1,"Name":2}', /stands twice/],
    [`{${Array.from({ length: 100 }, (_, index) => `"f${index}":1`).join(',')},"f3":2}`, /"f3" stands twice/],
    [`{${Array.from({ length: 20 }, (_, index) => `"f${index}":1`).join(',')},"f3":2}`, /"f3" stands twice/],
    [`{"a":${'['.repeat(100_000)}`, /nested deeper/],
  ])('refuses %s', (text, message) => {
    expect(() => check(text)).toThrow(message);
  });

  test('tells names apart that are alike, however many there are', () => {
    const names = Array.from({ length: 500 }, (_, index) => `Field_${index.toString(2).padStart(9, '0')}__c`);

    for (const count of [2, 30, 33, 500])
      expect(
        check(
          `{${names
            .slice(0, count)
            .map((name) => `"${name}":"\\n"`)
            .join(',')}}`,
        ),
      ).toBe(true);
  });

  test('goes on where it stopped', () => {
    const steps = new RecordCheck('{"a":"xxxxxxxx","b":"yyyyyyyy","c":1}');
    const done: boolean[] = [];
    while (done.at(-1) !== true) done.push(steps.step(10));

    expect(done.length).toBeGreaterThan(2);
  });
});

describe('the id of a record', () => {
  test.each([
    ['{"Id":"001","N":1.10}', '001', '{"N":1.10}'],
    ['{"N":1.10 , "id" : "\\u0030 "}', '0', '{"N":1.10 }'],
    ['{"ID":"1"}', '1', '{}'],
    ['{ "A":1 ,"Id":"1" , "B":2}', '1', '{ "A":1 , "B":2}'],
    ['{"Owner":{"Id":"x"},"L":["Id"]}', '', '{"Owner":{"Id":"x"},"L":["Id"]}'],
    ['{"Id":null,"N":1}', '', '{"N":1}'],
    ['{"\\u0049d":"1","N":"\\n"}', '1', '{"N":"\\n"}'],
    ['{"N":"\\n","iD":"1"}', '1', '{"N":"\\n"}'],
  ])('is taken out of %s', (text, id, rest) => {
    expect(splitId(text)).toEqual({ id, rest });
  });

  test.each(['{"Id":1}', '{"Id":{"a":1}}', '{"Id":["1"]}', '{"Id":true}'])('must be text: %s', (text) => {
    expect(() => splitId(text)).toThrow(/no text/);
  });
});

describe('the answers of a batch', () => {
  test('are cut out as they are written', () => {
    const text =
      '{"hasErrors":true,"results":[{"statusCode":204,"result":null},{"result":{"result":1.10,"statusCode":9},"statusCode":200},{"statusCode":400,"result":[{"errorCode":"X"}]}]}';

    expect(readBatchResults(text)).toEqual([
      { status: 204, content: '' },
      { status: 200, content: '{"result":1.10,"statusCode":9}' },
      { status: 400, content: '[{"errorCode":"X"}]' },
    ]);
  });

  test.each(['[]', '{"results":[{}]}', '{"results":[{"statusCode":"200"}]}', '{"results":[{"statusCode":200'])(
    'that are %s are refused',
    (text) => {
      expect(() => readBatchResults(text)).toThrow();
    },
  );
});
