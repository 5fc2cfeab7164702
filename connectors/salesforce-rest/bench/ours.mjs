// The connector as a host uses it: public API, every check on.
import { createRequire } from 'node:module';
import { canonical, FIELDS, fieldsOfXml, jsonDocument, xmlDocument } from './records.mjs';

const require = createRequire(import.meta.url);

async function connect(url, more = {}) {
  const { ConnectorRuntime } = require('@connector-runtime/runtime');
  const salesforceRest = require('@connector-runtime/salesforce-rest');
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  const connection = await runtime.connect({
    plugin: 'salesforce-rest',
    properties: {
      url: `${url}/services/data/v64.0`,
      authenticationType: 'USER_CREDENTIALS',
      username: 'bench@example.org',
      password: 'Kx7-quartz-vole',
      authenticationUrl: `${url}/services/Soap/u/64.0`,
      ...more,
    },
  });
  return { runtime, connection };
}

/** Reads an operation to its end and gives each output to `take`. */
async function finish(execution, take) {
  for await (const events of execution.batches())
    for (const event of events) if (event.type === 'output') take(event.body);
  const summary = await execution.summary;
  const { success, ...others } = summary.counts;
  if (!summary.complete || Object.values(others).some((count) => count > 0))
    throw new Error(`not all went well: ${JSON.stringify(summary)}`);
  return success;
}

const query = (payloadFormat, operationApi = 'RESTAPI') => ({
  operation: 'query',
  objectType: 'Account',
  properties: { fields: FIELDS, payloadFormat, operationApi },
});

async function read(url, request, take) {
  const { runtime, connection } = await connect(url);
  await finish(connection.execute(request), take);
  await runtime.close();
}

const readObjects = (url, _workload, verify) =>
  read(url, query('json'), (text) => {
    const record = JSON.parse(text);
    verify?.add(canonical(record));
  });

/** Documents made as they are asked for. */
function* documents(count, bodyOf) {
  for (let number = 0; number < count; number += 1) yield { id: String(number), body: bodyOf(number) };
}

async function write(url, { docs, concurrent = 5, inputs }, payloadFormat, properties) {
  const { runtime, connection } = await connect(url, { concurrent });
  const execution = connection.execute(
    { operation: 'create', objectType: 'Account', properties: { payloadFormat, ...properties } },
    inputs ?? documents(docs, payloadFormat === 'xml' ? xmlDocument : jsonDocument),
  );
  const success = await finish(execution, () => undefined);
  if (success !== docs) throw new Error(`${success} of ${docs} were created`);
  await runtime.close();
}

const creates = (url, workload) => write(url, workload, 'json', {});
const collections = { operationApi: 'COMPOSITEAPI', batchCount: 200 };
const bulk = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 50 };

/** Texts as a file or a socket gives them, in one piece: put together from pieces, the engine would join them on the clock. */
const inOnePiece = (bodyOf) => (number) => Buffer.from(bodyOf(number)).toString();
const jsonInputs = ({ docs }) => [...documents(docs, inOnePiece(jsonDocument))];
const xmlInputs = ({ docs }) => [...documents(docs, inOnePiece(xmlDocument))];

export const INPUTS = {
  'W2 5': jsonInputs,
  'W2 25': jsonInputs,
  'W2 5 20ms': jsonInputs,
  'W2 25 20ms': jsonInputs,
  'W3 json': jsonInputs,
  'W3 xml': xmlInputs,
};

export const RUNS = {
  'W1 json objects': readObjects,
  'W1 json gzip': readObjects,
  'W1 json text': (url, _workload, verify) =>
    read(url, query('json'), (text) => verify?.add(canonical(JSON.parse(text)))),
  'W1 xml text': (url, _workload, verify) =>
    read(url, query('xml'), (text) => verify?.add(canonical(fieldsOfXml(text)))),
  'W2 5': creates,
  'W2 25': creates,
  'W2 5 20ms': creates,
  'W2 25 20ms': creates,
  'W3 json': (url, workload) => write(url, workload, 'json', collections),
  'W3 xml': (url, workload) => write(url, workload, 'xml', collections),
  'W4 objects': (url, workload) => write(url, workload, 'json', bulk),
  'W4 xml': (url, workload) => write(url, workload, 'xml', bulk),
  'W4 400k objects': (url, workload) => write(url, workload, 'json', bulk),
  'W4 400k xml': (url, workload) => write(url, workload, 'xml', bulk),
  W5: (url, _workload, verify) =>
    read(url, query('xml', 'BulkAPI2.0'), (text) => verify?.add(canonical(fieldsOfXml(text)))),
  W6: async (url, _workload, verify) => {
    const { connection } = await connect(url);
    for await (const event of connection.execute(query('json'))) {
      const atMs = performance.now();
      verify?.add(canonical(JSON.parse(event.body)));
      return atMs;
    }
  },
  W7: async (url, { docs }, verify) => {
    const { runtime, connection } = await connect(url);
    for (let time = 0; time < docs; time += 1)
      for (const format of ['xsd', 'json-schema']) {
        const asked = { operation: 'query', objectType: `Wide_${time}__c`, role: 'output', format, properties: {} };
        const { schema } = await connection.describe(asked);
        verify?.add(schema);
      }
    await runtime.close();
  },
};
