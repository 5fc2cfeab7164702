import { gzipSync } from 'node:zlib';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { PassingClock } from '../../passing-clock.js';
import { type Framing, type RawAnswer, RawService } from '../../raw-service.js';
import { run } from '../../running-org.js';

/** How the service writes pages. */
interface PageForm {
  readonly list: (total: number, records: readonly string[], next?: string) => string;
  readonly record: (id: string, inside?: string) => string;
  /** A list of child records within their record. */
  readonly children: (list: string) => string;
  readonly page: (list: string) => string;
}

const cursorOf = (next: string) => `/services/data/v64.0/query/${next}`;

const FORMS: Readonly<Record<'xml' | 'json', PageForm>> = {
  xml: {
    list: (total, records, next) => {
      const more = next === undefined ? '' : `<nextRecordsUrl>${cursorOf(next)}</nextRecordsUrl>`;
      return `<done>${next === undefined}</done>${more}${records.join('')}<totalSize>${total}</totalSize>`;
    },
    record: (id, inside = '') => `<records><Id>${id}</Id>${inside}</records>`,
    children: (list) => `<Contacts>${list}</Contacts>`,
    page: (list) => `<QueryResult>${list}</QueryResult>`,
  },
  json: {
    list: (total, records, next) => {
      const more = next === undefined ? '' : `,"nextRecordsUrl":"${cursorOf(next)}"`;
      return `{"totalSize":${total},"done":${next === undefined}${more},"records":[${records.join(',')}]}`;
    },
    record: (id, inside = '') => `{"Id":"${id}"${inside}}`,
    children: (list) => `,"Contacts":${list}`,
    page: (list) => list,
  },
};

/** Three pages, and one of child records for the second. */
function pagesIn({ list, record, children }: PageForm): ReadonlyMap<string, string> {
  return new Map([
    ['?q', list(3, [record('a')], 'two')],
    ['/two', list(3, [record('b', children(list(2, [record('b1')], 'child')))], 'three')],
    ['/child', list(2, [record('b2')])],
    ['/three', list(3, [record('c')])],
  ]);
}

const FRAMINGS: readonly Framing[] = ['content-length', 'chunked', 'close'];
/** What gzip does with a cut has nothing to do with the form. */
const cells = FRAMINGS.flatMap((framing) => [
  ['xml', framing, 'identity'] as const,
  ['xml', framing, 'gzip'] as const,
  ['json', framing, 'identity'] as const,
]);

describe('every row of three pages with child records comes once, or the shortfall is told,', () => {
  test.each(cells)(
    'whichever byte a page is cut at: %s, %s, %s',
    async (payloadFormat, framing, encoding) => {
      const form = FORMS[payloadFormat];
      let cut: { readonly page: string; readonly atByte: number } | undefined;
      const bytesOf = (text: string) => {
        const plain = Buffer.from(form.page(text));
        return encoding === 'gzip' ? gzipSync(plain) : plain;
      };
      const answers = new Map([...pagesIn(form)].map(([page, text]) => [page, bytesOf(text)]));
      const headers = encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {};
      const service = await RawService.start(({ path }): RawAnswer | 'default' => {
        const [page, body] = [...answers].find(([end]) => path.includes(`/query${end}`)) ?? [];
        if (page === undefined || body === undefined) return 'default';
        if (cut?.page !== page) return { status: 200, body, headers };
        const { atByte } = cut;
        cut = undefined;
        return { status: 200, body, headers, cut: { atByte, framing } };
      });
      // Repeats come without a pause, and each run finds the allowance for them unused.
      const clock = new PassingClock(() => 0);
      const runtime = new ConnectorRuntime({ plugins: [salesforceRest], clock });
      const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
      const read = async () => {
        const { outputs, summary } = await run(connection, {
          operation: 'query',
          objectType: 'Account',
          properties: { fields: ['Id', 'Contacts/records/Id'], payloadFormat },
        });
        return { rows: outputs.map(({ body }) => String(body)), counts: summary.counts };
      };
      const whole = (await read()).rows;
      const wrong: string[] = [];

      for (const [page, bytes] of answers) {
        for (let atByte = 0; atByte < bytes.length; atByte += 1) {
          cut = { page, atByte };
          const { rows, counts } = await read();
          clock.pass(60_000);
          const isWhole = counts.success === 1 && rows.join() === whole.join();
          const isTold = counts.failure === 1 && rows.every((row, index) => row === whole[index]);
          if (cut !== undefined || (!isWhole && !isTold)) wrong.push(`${page} at ${atByte}: ${rows.length} rows`);
        }
      }
      await runtime.close();
      await service.stop();

      expect(
        whole.map((row) => [...row.matchAll(/<Id>(\w+)<|"Id":"(\w+)"/g)].map(([, inXml, inJson]) => inXml ?? inJson)),
      ).toEqual([['a'], ['b', 'b1', 'b2'], ['c']]);
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
