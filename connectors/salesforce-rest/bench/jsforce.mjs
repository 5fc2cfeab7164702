// jsforce as its own documentation uses it.
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { canonical, FIELDS, writtenOf } from './records.mjs';
import { jsonSchemaOf, xmlSchemaOf } from './schemas.mjs';

const require = createRequire(import.meta.url);
const SOQL = `SELECT ${FIELDS.join(',')} FROM Account`;

async function connect(url, more = {}) {
  const { Connection } = require('jsforce');
  const connection = new Connection({ loginUrl: url, version: '64.0', ...more });
  await connection.login('bench@example.org', 'bench');
  return connection;
}

async function readObjects(url, _workload, verify) {
  const connection = await connect(url);
  await new Promise((resolve, reject) => {
    const query = connection.query(SOQL, { autoFetch: true, maxFetch: Number.MAX_SAFE_INTEGER });
    query.on('record', (record) => verify?.add(canonical(record)));
    query.on('end', resolve);
    query.on('error', reject);
    query.run({ autoFetch: true, maxFetch: Number.MAX_SAFE_INTEGER });
  });
}

async function creates(url, { docs, concurrent, inputs }) {
  const connection = await connect(url, { maxRequest: concurrent });
  let next = 0;
  const work = async () => {
    while (next < docs) {
      const { success } = await connection.sobject('Account').create(inputs[next++]);
      if (!success) throw new Error('a create failed');
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
}

async function collections(url, { docs, inputs }) {
  const connection = await connect(url);
  const results = await connection.sobject('Account').create(inputs, { allowRecursive: true });
  if (results.filter(({ success }) => success).length !== docs) throw new Error('a create failed');
}

/** With what became of each record, as ours tells it. By its record stream, which is faster than an array of records. */
async function ingest(url, { docs }) {
  const { Serializable } = require('jsforce/lib/record-stream.js');
  const connection = await connect(url);
  const job = connection.bulk2.createJob({ operation: 'insert', object: 'Account' });
  await job.open();
  const records = new Serializable();
  const csv = records.stream('csv', { nullValue: '#N/A' });
  Readable.from(
    (function* () {
      for (let number = 0; number < docs; number += 1) yield writtenOf(number);
    })(),
  ).pipe(records);
  await job.uploadData(csv);
  await job.close();
  await job.poll(50, 600_000);
  const { successfulResults } = await job.getAllResults();
  if (successfulResults.length !== docs) throw new Error(`${successfulResults.length} of ${docs} were created`);
}

async function bulkQuery(url, _workload, verify) {
  const connection = await connect(url);
  connection.bulk2.pollInterval = 50;
  connection.bulk2.pollTimeout = 600_000;
  const stream = await connection.bulk2.query(SOQL);
  await new Promise((resolve, reject) => {
    stream.on('record', (record) => verify?.add(canonical(record)));
    stream.on('end', resolve);
    stream.on('error', reject);
  });
}

const recordInputs = ({ docs }) => Array.from({ length: docs }, (_, number) => writtenOf(number));

export const INPUTS = {
  'W2 5': recordInputs,
  'W2 25': recordInputs,
  'W2 5 20ms': recordInputs,
  'W2 25 20ms': recordInputs,
  'W3 json': recordInputs,
  'W3 xml': recordInputs,
};

export const RUNS = {
  'W1 json objects': readObjects,
  'W1 json text': async (url, workload, verify) => readObjects(url, workload, verify),
  'W1 json gzip': readObjects,
  'W1 xml text': readObjects,
  'W2 5': creates,
  'W2 25': creates,
  'W2 5 20ms': creates,
  'W2 25 20ms': creates,
  'W3 json': collections,
  'W3 xml': collections,
  'W4 objects': ingest,
  'W4 xml': ingest,
  'W4 400k objects': ingest,
  'W4 400k xml': ingest,
  W5: bulkQuery,
  W6: async (url, _workload, verify) => {
    const connection = await connect(url);
    const { records } = await connection.query(SOQL);
    const atMs = performance.now();
    verify?.add(canonical(records[0]));
    return atMs;
  },
  W7: async (url, { docs }, verify) => {
    const connection = await connect(url);
    for (let time = 0; time < docs; time += 1) {
      const describe = await connection.describe(`Wide_${time}__c`);
      for (const schema of [xmlSchemaOf(describe), jsonSchemaOf(describe)]) verify?.add(schema);
    }
  },
};
