import { ndjson, Workplace } from './command.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe('CSV bodies in one output', () => {
  test.each([
    ['one header', ['a,b\n1,2\n', 'a,b\n3,4\n'], 'a,b\n1,2\n3,4\n'],
    ['a header that comes again', ['a,b\n1,2\n', 'a,c\n3,4\n', 'a,b\n5,6\n'], 'a,b\n1,2\na,c\n3,4\na,b\n5,6\n'],
    ['no last line end', ['a,b\n1,2', 'a,b\n3,4', 'a,c'], 'a,b\n1,2\n3,4\na,c\n'],
    ['no last line end after CR LF', ['a\r\n1', 'a\r\n2\r\n'], 'a\r\n1\r\n2\r\n'],
    ['other line ends', ['a\n1\n', 'a\r\n2\r\n'], 'a\n1\n2\r\n'],
    ['a line end in the header', ['"a\nx",b\n1,2\n', '"a\ny",b\n3,4\n'], '"a\nx",b\n1,2\n"a\ny",b\n3,4\n'],
    ['a quote in the header', ['"a""\n",b\n1,2\n', '"a""\n",b\n3,4\n'], '"a""\n",b\n1,2\n3,4\n'],
    ['nothing in between', ['a\n1\n', '', 'a\n2\n'], 'a\n1\n2\n'],
    ['headers alone', ['a\n', 'a\n', 'a'], 'a\n'],
  ])('have each row under its own header: %s', async (_, bodies, csv) => {
    const { code, stdout } = await place.run(
      ['run', 'echo.json', '--output-format', 'csv'],
      ndjson(...bodies.map((body) => ({ body, mediaType: 'text/csv' }))),
    );

    expect([code, stdout]).toEqual([0, csv]);
  });

  test.each([
    ['is told on stderr', [], 1],
    ['is not told to the quiet', ['--quiet'], 0],
  ])('of several headers: that %s', async (_, args, times) => {
    const { stderr } = await place.run(
      ['run', 'echo.json', '--output-format', 'csv', ...args],
      ndjson({ body: 'a\n1\n', mediaType: 'text/csv' }, { body: 'b\n1\n', mediaType: 'text/csv' }),
    );

    expect(stderr.split('the CSV has several headers')).toHaveLength(times + 1);
  });

  // The header changes at the fifth.
  test.each([1, 4, 5, 6])(
    'that broke off after output %i and went on are those of a run that did not',
    async (breakAt) => {
      const steps = (properties: object) =>
        place.write(
          'steps.json',
          JSON.stringify({
            connection: 'c.json',
            operation: 'steps',
            properties: { count: 8, asCsv: true, ...properties },
          }),
        );
      const into = (output: string) => ['run', 'steps.json', '--output-format', 'csv', '--output', output];
      steps({});
      await place.run(into('whole.csv'));
      steps({ breakAt });
      const first = await place.run([...into('out.csv'), '--checkpoint', 'c.checkpoint']);
      steps({});

      const second = await place.run([...into('out.csv'), '--checkpoint', 'c.checkpoint']);

      expect([first.code, second.code]).toEqual([4, 0]);
      expect(place.read('out.csv')).toBe(place.read('whole.csv'));
      expect(place.read('whole.csv')).toBe('A,B\n0,x\n1,x\n2,x\n3,x\n4,x\nA,C\n5,x\n6,x\n7,x\n');
    },
  );
});
