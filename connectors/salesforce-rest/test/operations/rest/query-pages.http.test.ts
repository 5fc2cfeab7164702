import { RawService, xml } from '../../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { query } from './rest-runs.js';

let world: RunningOrg;
afterEach(() => world.stop());

describe('the pages of a list', () => {
  const record = (id: number, inside = '') => `<records><Id>${id}</Id>${inside}</records>`;
  const list = (done: boolean, total: number, inside: string, next = '') =>
    `<done>${done}</done>${next === '' ? '' : `<nextRecordsUrl>/services/data/${next}</nextRecordsUrl>`}${inside}<totalSize>${total}</totalSize>`;
  const children = (inside: string) => record(1, `<Contacts type="QueryResult">${inside}</Contacts>`);
  const parent = (total: number, next: string) =>
    list(true, 1, children(list(false, total, record(2) + record(3), next)));
  const first = list(false, 6, record(1) + record(2), 'v64.0/query/c-2');

  test.each<[string, readonly string[], number, string]>([
    ['of which a later one counts fewer', [first, list(true, 4, record(3) + record(4))], 2, 'PAGES_INCOMPLETE'],
    [
      'of which a later one counts more',
      [first, list(false, 8, record(3) + record(4), 'v64.0/query/c-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'that bring more than was counted',
      [
        list(false, 3, record(1) + record(2), 'v64.0/query/c-2'),
        list(false, 3, record(3) + record(4), 'v64.0/query/c-3'),
      ],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of which one that is not the last is empty',
      [first, list(false, 6, '', 'v64.0/query/c-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of which one is named again in another spelling',
      [first, list(false, 6, record(3) + record(4), 'v64.0/./query/c-2')],
      2,
      'CURSOR_REPEATED',
    ],
    [
      'of which the first is named again',
      [
        list(
          false,
          6,
          record(1) + record(2),
          `v64.0/query?q=${encodeURIComponent('SELECT Id,(SELECT Id FROM Contacts) FROM Account')}`,
        ),
      ],
      1,
      'CURSOR_REPEATED',
    ],
    [
      'of child records that are fewer than counted',
      [parent(4, 'v64.0/query/k-2'), list(true, 4, record(4))],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records that are more than counted',
      [parent(3, 'v64.0/query/k-2'), list(false, 3, record(4) + record(5), 'v64.0/query/k-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records of which a later one counts otherwise',
      [parent(4, 'v64.0/query/k-2'), list(true, 3, record(4))],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records of which one that is not the last is empty',
      [parent(4, 'v64.0/query/k-2'), list(false, 4, '', 'v64.0/query/k-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
  ])('%s end the read with a protocol error', async (_what, pages, asked, code) => {
    world = await runOrg();
    let count = 0;
    const service = await RawService.start(({ path }) => {
      if (!path.includes('/query')) return 'default';
      count += 1;
      return xml(`<QueryResult>${pages[count - 1] ?? list(true, 0, '')}</QueryResult>`);
    });
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { results } = await run(connection, query({ fields: ['Id', 'Contacts/records/Id'] }), bodies(''));
    await service.stop();

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code } });
    expect(count).toBe(asked);
  });
});

test.each([
  ['in its declaration', '<?xml version="1.0" encoding="ISO-8859-1"?>', 'application/xml'],
  ['in its content type', '', 'application/xml;charset=ISO-8859-1'],
])(
  'a page that declares another encoding %s is a protocol error, though it can be read as UTF-8',
  async (_where, head, type) => {
    world = await runOrg();
    const body = `${head}<QueryResult><done>true</done><records><Name>café</Name></records><totalSize>1</totalSize></QueryResult>`;
    world.org.faults.add({ kind: 'query', action: 'answer', status: 200, contentType: type, body });

    const { results, outputs } = await run(await world.connect(), query({ fields: ['Name'] }), bodies(''));

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
    expect(results[0]?.message).toContain('ISO-8859-1');
    expect(outputs).toEqual([]);
  },
);

describe('a read is a protocol error, never a shortfall,', () => {
  const page = (inside: string) =>
    ({
      action: 'answer',
      status: 200,
      contentType: 'application/xml',
      body: `<QueryResult>${inside}</QueryResult>`,
      times: Infinity,
    }) as const;
  const cursor = '<nextRecordsUrl>/services/data/v64.0/query/01g-2</nextRecordsUrl>';

  test.each([
    ['a cursor comes again', page(`<done>false</done>${cursor}<records/><totalSize>9</totalSize>`), 'CURSOR_REPEATED'],
    [
      'a cursor leads to another origin',
      page(
        '<done>false</done><nextRecordsUrl>//evil.test/services/data/v64.0/query/x</nextRecordsUrl><records/><totalSize>9</totalSize>',
      ),
      'CURSOR_FOREIGN',
    ],
    ['there is more, but nowhere', page('<done>false</done><records/><totalSize>9</totalSize>'), 'PAGE_UNREADABLE'],
    [
      'fewer records come than are counted',
      page('<done>true</done><records/><totalSize>2</totalSize>'),
      'PAGES_INCOMPLETE',
    ],
    [
      'a page is not well-formed',
      page('<done>true</done><records><a></records><totalSize>1</totalSize>'),
      'PAGE_UNREADABLE',
    ],
    [
      'a page is HTML',
      { action: 'answer', status: 200, contentType: 'text/html', body: '<html/>', times: Infinity } as const,
      'ANSWER_UNEXPECTED',
    ],
  ])('where %s', async (_what, fault, code) => {
    world = await runOrg();
    world.org.faults.add({ kind: ['query', 'nextPage'], ...fault });

    const { results, summary } = await run(await world.connect(), query({ fields: ['Id'] }), bodies(''));

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code } });
    expect(summary.complete).toBe(summary.outputs === 0);
  });
});
