import type { Json } from '@connector-runtime/core';
import { answerStatus, FAST, FORM, jobCalls, QUERY, runCsvBulk, told } from './pinned-jobs.js';
import { BASE, CSV, JSON_TYPE, PinnedService } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

interface AnsweredPage {
  readonly parameters: string;
  /** The locator that its answer names. */
  readonly next: string;
}

const ONE_PAGE: readonly AnsweredPage[] = [{ parameters: '', next: 'null' }];
const TWO_PAGES: readonly AnsweredPage[] = [
  { parameters: '', next: 'MTAw' },
  { parameters: '?locator=MTAw', next: 'null' },
];
const SIZED_PAGES: readonly AnsweredPage[] = [
  { parameters: '?maxRecords=200', next: 'MT/w=' },
  { parameters: '?locator=MT%2Fw%3D&maxRecords=200', next: 'null' },
];

function answerQuery(pages: readonly AnsweredPage[]): void {
  service.answer('POST', `${BASE}/jobs/query`, 200, told('UploadComplete'), JSON_TYPE);
  answerStatus(service, QUERY, 'InProgress');
  answerStatus(service, QUERY, 'JobComplete', { numberRecordsProcessed: pages.length });
  for (const { parameters, next } of pages) {
    const headers = { ...CSV, 'sforce-locator': next, 'sforce-numberofrecords': '1' };
    service.answer('GET', `${QUERY}/results${parameters}`, 200, '"Name"\n"A"\n', headers);
  }
}

const own = { restHeaders: { 'X-Caller': 'me' } };
const SOQL = 'SELECT Name FROM Account';

describe('the shape of a query job', () => {
  /** All its requests, each whole. */
  function expectCalls(verb: string, pages: readonly AnsweredPage[], form = FORM): void {
    const calls = jobCalls({ 'x-caller': 'me' });
    expect(service.calls).toEqual([
      calls.createQuery(`{"operation":"${verb}","query":"${SOQL}",${form}}`),
      calls.status(QUERY),
      calls.status(QUERY),
      ...pages.map(({ parameters }) => calls.page(parameters)),
    ]);
  }

  const ways: [Record<string, Json>, string, readonly AnsweredPage[]][] = [
    [{}, 'query', ONE_PAGE],
    [{}, 'query', TWO_PAGES],
    [{ payloadFormat: 'json', pageSize: 200 }, 'query', SIZED_PAGES],
    [{ includeDeleted: true, pageSize: 200 }, 'queryAll', SIZED_PAGES],
  ];

  test.each(ways)('of a query with %j: %s, pages %j', async (properties, verb, pages) => {
    answerQuery(pages);

    const { outputs } = await service.run('query', { ...FAST, fields: ['Name'], ...own, ...properties });

    expect(outputs).toHaveLength(pages.length);
    expectCalls(verb, pages);
  });

  test.each(ways)('of a statement of the user with %j: %s, pages %j', async (properties, verb, pages) => {
    service.answerLogin();
    answerQuery(pages);

    const { outputs } = await service.runAfterLogin('customSoql', { ...FAST, ...own, ...properties }, [{ body: SOQL }]);

    expect(outputs).toHaveLength(pages.length);
    expectCalls(verb, pages);
  });

  test.each([
    ['query', TWO_PAGES, {}],
    ['queryAll', SIZED_PAGES, { pageSize: 200 }],
  ])('of a statement for CSV: %s, pages %j', async (bulkOperation, pages, more) => {
    answerQuery(pages);
    const properties = { bulkOperation, columnDelimiter: 'TAB', lineEnding: 'CRLF', ...more, ...own };

    const { outputs } = await runCsvBulk(service, properties, [{ body: ` ${SOQL}\n` }]);

    expect(outputs).toHaveLength(pages.length);
    expectCalls(bulkOperation, pages, '"contentType":"CSV","columnDelimiter":"TAB","lineEnding":"CRLF"');
  });
});
