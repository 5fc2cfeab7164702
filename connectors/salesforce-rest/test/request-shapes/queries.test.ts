import type { Json } from '@connector-runtime/core';
import { BASE, JSON_TYPE, jsonBack, PinnedService, XML, xmlBack } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const NEXT = `${BASE}/query/01g-2000`;
const pages = { 'sforce-query-options': 'batchSize=500' };
const owned = { 'x-caller': 'me' };
const own = { restHeaders: { 'X-Caller': 'me' } };

/** The first of two pages, or the last. */
function page(format: 'xml' | 'json', isLast: boolean): string {
  if (format === 'json') {
    const records = [{ attributes: { type: 'Account' }, Name: 'A' }];
    return JSON.stringify({ totalSize: 2, done: isLast, ...(isLast ? {} : { nextRecordsUrl: NEXT }), records });
  }
  const next = isLast ? '' : `<nextRecordsUrl>${NEXT}</nextRecordsUrl>`;
  return `<?xml version="1.0" encoding="UTF-8"?><QueryResult><done>${isLast}</done>${next}<records type="Account"><Name>A</Name></records><totalSize>2</totalSize></QueryResult>`;
}

/** Answers with two pages. */
function answerQuery(path: string, format: 'xml' | 'json'): void {
  const type = format === 'xml' ? XML : JSON_TYPE;
  service.answer('GET', path, 200, page(format, false), type);
  service.answer('GET', NEXT, 200, page(format, true), type);
}

const FILTERED = { fields: ['Name'], filter: { field: 'Name', operator: 'EQUALS', value: 'a+b' } };
const FILTERED_SOQL = 'SELECT%20Name%20FROM%20Account%20WHERE%20Name%20%3D%20%27a%2Bb%27';
const inJson = { payloadFormat: 'json' };

describe('the shape of', () => {
  test.each<[Record<string, Json>, string, 'xml' | 'json', object]>([
    [{}, `/query?q=${FILTERED_SOQL}`, 'xml', xmlBack],
    [inJson, `/query?q=${FILTERED_SOQL}`, 'json', jsonBack],
    [{ includeDeleted: true }, `/queryAll?q=${FILTERED_SOQL}`, 'xml', xmlBack],
    [{ pageSize: 500, includeDeleted: true }, `/queryAll?q=${FILTERED_SOQL}`, 'xml', { ...xmlBack, ...pages }],
    [{ ...inJson, pageSize: 500, ...own }, `/query?q=${FILTERED_SOQL}`, 'json', { ...jsonBack, ...pages, ...owned }],
    [{ limit: 7 }, `/query?q=${FILTERED_SOQL}%20LIMIT%207`, 'xml', xmlBack],
  ])('a query with %j, and of its next page', async (more, path, format, headers) => {
    answerQuery(BASE + path, format);

    const { outputs } = await service.run('query', { ...FILTERED, ...more });

    expect(outputs).toHaveLength(2);
    expect(service.calls).toEqual([
      { method: 'GET', path: BASE + path, headers, body: '' },
      { method: 'GET', path: NEXT, headers, body: '' },
    ]);
  });

  test.each<[Record<string, Json>, string, 'xml' | 'json', object]>([
    [{}, 'query', 'xml', xmlBack],
    [inJson, 'query', 'json', jsonBack],
    [{ includeDeleted: true, pageSize: 500 }, 'queryAll', 'xml', { ...xmlBack, ...pages }],
    [{ ...inJson, includeDeleted: true, ...own }, 'queryAll', 'json', { ...jsonBack, ...owned }],
  ])('a statement of the user with %j, and of its next page', async (more, resource, format, headers) => {
    const path = `${BASE}/${resource}?q=SELECT%20Name%20FROM%20Account%20WHERE%20Name%20LIKE%20%27%25%26%C3%BC%27`;
    service.answerLogin();
    answerQuery(path, format);
    const document = { body: "SELECT Name FROM Account WHERE Name LIKE '%&ü'" };

    const { outputs } = await service.runAfterLogin('customSoql', more, [document]);

    expect(outputs).toHaveLength(2);
    expect(service.calls).toEqual([
      { method: 'GET', path, headers, body: '' },
      { method: 'GET', path: NEXT, headers, body: '' },
    ]);
  });

  test('several statements: a request each, with the headers of its own document', async () => {
    service.answerLogin();
    const paths = ['Name', 'Id'].map((field) => `${BASE}/query?q=SELECT%20${field}%20FROM%20Account`);
    const answer = page('xml', true).replace('>2<', '>1<');
    for (const path of paths) service.answer('GET', path, 200, answer, XML);

    await service.runAfterLogin('customSoql', {}, [
      { body: 'SELECT Name FROM Account' },
      { body: 'SELECT Id FROM Account', properties: own },
    ]);

    expect(service.calls).toEqual([
      { method: 'GET', path: paths[0], headers: xmlBack, body: '' },
      { method: 'GET', path: paths[1], headers: { ...xmlBack, ...owned }, body: '' },
    ]);
  });
});
