import { answerOf } from '../exchange.js';
import type { Route } from './route.js';

const LABELS: Readonly<Record<number, string>> = { 0: "Summer '", 1: "Winter '", 2: "Spring '" };

/** The season of an API version: three a year, 59.0 is Winter '24. */
export function versionLabel(version: string): string {
  const number = Math.trunc(Number(version));
  const year = 24 + Math.floor((number - 59) / 3);
  return `${LABELS[(number - 58) % 3] ?? ''}${year}`;
}

/** The list of versions, the resources of a version, and the limits. */
export const RESOURCE_ROUTES: readonly Route[] = [
  {
    pattern: '',
    methods: {
      GET: {
        kind: 'resources',
        run: (org, { root, format, origin }) => {
          const names = ['composite', 'jobs', 'limits', 'query', 'queryAll', 'search', 'sobjects', 'tooling'];
          const urls = Object.fromEntries(names.map((name) => [name, `${root}/${name}`]));
          return answerOf(format, 200, 'urls', {
            ...urls,
            identity: `${origin}/id/${org.organizationId}/${org.userId}`,
          });
        },
      },
    },
  },
  {
    pattern: 'limits',
    methods: {
      GET: {
        kind: 'limits',
        run: (org, { format }) => {
          const { apiLimit } = org.settings;
          return answerOf(format, 200, 'Limits', {
            DailyApiRequests: { Max: apiLimit, Remaining: Math.max(0, apiLimit - org.apiUsage) },
            DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
            DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
            DataStorageMB: { Max: 1024, Remaining: 1000 },
          });
        },
      },
    },
  },
  {
    pattern: 'limits/recordCount',
    methods: {
      GET: {
        kind: 'limits',
        parameters: ['sObjects'],
        run: (org, { format, query }) => {
          const tables = (query.get('sObjects') ?? '').split(',').map((name) => org.store.tableNamed(name.trim()));
          const counts = tables
            .filter((table) => table !== undefined && table.liveCount > 0)
            .map((table) => ({ count: table?.liveCount, name: table?.type.name }));
          return answerOf(format, 200, 'RecordCount', { sObjects: counts });
        },
      },
    },
  },
];
