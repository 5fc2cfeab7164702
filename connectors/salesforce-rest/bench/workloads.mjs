// What is measured. `service`: how the far side is set up; `docs`: how many records are read or written, or object types described.
export const WORKLOADS = {
  'W1 json objects': { title: 'query of 200,000 records, JSON → objects', service: { rows: 200_000 }, docs: 200_000 },
  'W1 json text': {
    title: 'query of 200,000 records, JSON → text per record',
    service: { rows: 200_000 },
    docs: 200_000,
  },
  'W1 json gzip': { title: 'the same, compressed → objects', service: { rows: 200_000, gzip: true }, docs: 200_000 },
  'W1 xml text': {
    title: 'query of 200,000 records, XML → text per record (jsforce: JSON objects)',
    service: { rows: 200_000 },
    docs: 200_000,
  },
  'W2 5': { title: '5,000 creates, 5 at a time', service: {}, docs: 5_000, concurrent: 5 },
  'W2 25': { title: '5,000 creates, 25 at a time', service: {}, docs: 5_000, concurrent: 25 },
  'W2 5 20ms': {
    title: '5,000 creates, 5 at a time, 20 ms each',
    service: { latencyMs: 20 },
    docs: 5_000,
    concurrent: 5,
  },
  'W2 25 20ms': {
    title: '5,000 creates, 25 at a time, 20 ms each',
    service: { latencyMs: 20 },
    docs: 5_000,
    concurrent: 25,
  },
  'W3 json': { title: '20,000 creates in collections of 200, JSON', service: {}, docs: 20_000 },
  'W3 xml': { title: '20,000 creates in collections of 200, XML (jsforce: JSON)', service: {}, docs: 20_000 },
  'W4 objects': { title: 'bulk ingest of 1,000,000 objects, with their results', service: {}, docs: 1_000_000 },
  'W4 xml': {
    title: 'bulk ingest of 1,000,000 XML documents, with their results (jsforce: objects)',
    service: {},
    docs: 1_000_000,
  },
  'W4 400k objects': { title: 'the same of 400,000 objects', service: {}, docs: 400_000 },
  'W4 400k xml': { title: 'the same of 400,000 XML documents (jsforce: objects)', service: {}, docs: 400_000 },
  W5: { title: 'bulk query of 400,000 rows → records', service: { bulkRows: 400_000 }, docs: 400_000 },
  W6: {
    title: 'process start, login, first document of a query',
    service: { rows: 2_000 },
    docs: 1,
    isColdStart: true,
  },
  W7: {
    title: 'describe of 200 object types of 800 fields → XSD and JSON Schema',
    service: {},
    docs: 200,
  },
};
