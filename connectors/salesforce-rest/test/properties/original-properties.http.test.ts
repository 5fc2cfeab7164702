import type { Json, JsonSchema } from '@connector-runtime/core';
import salesforceRest from '#src/index.js';
import { type RunningOrg, run, runOrg } from '../running-org.js';

type Properties = Readonly<Record<string, Json>>;

let world: RunningOrg;
beforeAll(async () => {
  world = await runOrg();
});
afterAll(() => world.stop());

/** By operation, the schemas of its properties by name. */
const OPERATIONS = Object.fromEntries(
  salesforceRest.manifest.operations.map(({ id, properties }) => [
    id,
    properties['properties'] as Readonly<Record<string, JsonSchema>>,
  ]),
);
const WRITES = ['create', 'update', 'upsert', 'delete'];
const SAVES = ['create', 'update', 'upsert'];
const STATEMENTS = ['query', 'customSoql'];

function propertyOf(operation: string, name: string): JsonSchema | undefined {
  return OPERATIONS[operation]?.[name];
}

function operationsWith(name: string): readonly string[] {
  return Object.keys(OPERATIONS).filter((operation) => propertyOf(operation, name) !== undefined);
}

describe('the property', () => {
  test.each<[string, readonly string[], Json | undefined, ('dynamic' | '')?]>([
    ['operationApi', [...STATEMENTS, ...WRITES], 'RESTAPI'],
    // Unset: 200 of COMPOSITEAPI, 1 of RESTAPI.
    ['batchCount', WRITES, undefined],
    ['allOrNone', WRITES, false],
    // Unset: 100.
    ['batchSize', WRITES, undefined],
    ['bulkHeader', SAVES, undefined],
    ['externalIdFieldName', ['upsert', 'csvBulk'], undefined],
    ['externalIdValue', ['upsert'], undefined, 'dynamic'],
    ['returnUpdatedRecord', ['update'], false],
    ['assignmentRuleId', [...SAVES, 'createTree', 'csvBulk'], undefined, 'dynamic'],
    ['restHeaders', Object.keys(OPERATIONS), undefined, 'dynamic'],
    ['includeDeleted', STATEMENTS, false],
    ['logSoql', STATEMENTS, false],
    ['pageSize', [...STATEMENTS, 'csvBulk'], undefined],
    ['limit', ['query'], undefined, 'dynamic'],
    ['bulkOperation', ['csvBulk'], undefined],
    ['object', ['csvBulk'], undefined],
    ['columnDelimiter', ['csvBulk'], 'COMMA'],
    ['lineEnding', ['csvBulk'], undefined],
    ['parentsDepth', ['query'], 0],
    ['childrenDepth', ['query', 'createTree'], 0],
    // What the original has and we do without: a switch for the limit, and a name that the operation itself has.
    ['limitNumberOfDocuments', [], undefined],
    ['operationBoomi', [], undefined],
    // What the original lacks.
    ['payloadFormat', [...STATEMENTS, ...WRITES, 'createTree'], 'xml'],
    ['hardDelete', ['delete'], false],
    ['pollInitialMs', [...STATEMENTS, ...WRITES, 'csvBulk'], 1_500],
    ['pollMaxMs', [...STATEMENTS, ...WRITES, 'csvBulk'], 60_000],
    ['fields', ['query'], undefined],
    ['filter', ['query'], undefined],
    ['sort', ['query'], undefined],
  ])('%s stands at %j, unset it is %p', async (name, operations, unset, dynamic = '') => {
    expect(operationsWith(name).toSorted()).toEqual(operations.toSorted());
    for (const operation of operations) {
      expect(propertyOf(operation, name)?.['default']).toEqual(unset);
      expect(propertyOf(operation, name)?.['x-dynamic'] === true).toBe(dynamic === 'dynamic');
    }
    for (const operation of Object.keys(OPERATIONS).filter((id) => !operations.includes(id)))
      expect(await refusalOf(operation, { [name]: 'x' })).toContain(`/${name}: is not a known property`);
  });

  test('none is left out', () => {
    const listed = new Set(Object.values(OPERATIONS).flatMap((properties) => Object.keys(properties)));

    expect(listed.size).toBe(27);
  });
});

const NEEDED: Readonly<Record<string, Properties>> = {
  csvBulk: { bulkOperation: 'insert', object: 'Account', externalIdFieldName: 'Id' },
  upsert: { externalIdFieldName: 'Id' },
};

/** Why properties are refused before anything is done; empty where they are taken. What an operation cannot do without is there already. */
async function refusalOf(operation: string, properties: Properties): Promise<string> {
  const connection = await world.connect();
  const needed = NEEDED[operation] ?? {};
  const type = operation === 'csvBulk' || operation === 'customSoql' ? {} : { objectType: 'Account' };
  try {
    await run(connection, { operation, ...type, properties: { ...needed, ...properties } }, []);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const REST = { operationApi: 'RESTAPI' };
const BULK = { operationApi: 'BulkAPI2.0' };
const rule = (assignmentRuleId: string) => ({ assignmentRuleId });
const headers = (restHeaders: Json) => ({ restHeaders });

describe('at the border of its range', () => {
  test.each<[string, string, readonly Properties[]]>([
    ['operationApi', 'create', [REST, { operationApi: 'COMPOSITEAPI' }, BULK]],
    ['operationApi', 'query', [REST, BULK]],
    ['operationApi', 'customSoql', [REST, BULK]],
    ['batchCount', 'update', [{ batchCount: 1 }, { batchCount: 200 }]],
    ['allOrNone', 'delete', [{ allOrNone: true }]],
    ['batchSize', 'upsert', [{ batchSize: 1 }, { batchSize: 150 }]],
    ['bulkHeader', 'create', [{ bulkHeader: '' }, { bulkHeader: 'Name,Owner.Username' }]],
    ['bulkHeader', 'upsert', [{ bulkHeader: '' }, { bulkHeader: 'External_Id__c' }]],
    ['externalIdFieldName', 'upsert', [{ externalIdFieldName: 'Id' }, { externalIdFieldName: 'External_Id__c' }]],
    ['externalIdFieldName', 'csvBulk', [{ object: 'Account', externalIdFieldName: 'External_Id__c' }]],
    ['externalIdValue', 'upsert', [{ externalIdValue: '' }, { externalIdValue: ' ' }]],
    ['returnUpdatedRecord', 'update', [{ returnUpdatedRecord: true }]],
    [
      'assignmentRuleId',
      'createTree',
      [rule(''), rule(' '), rule('TRUE'), rule('false'), rule('01Q000000000001'), rule('01Q000000000001AAA')],
    ],
    ['restHeaders', 'delete', [headers({}), headers({ 'X-A': 'b\té' })]],
    ['includeDeleted', 'customSoql', [{ includeDeleted: true }]],
    ['logSoql', 'customSoql', [{ logSoql: true }]],
    ['pageSize over REST', 'query', [{ pageSize: 200 }, { pageSize: 2000 }]],
    ['pageSize over REST', 'customSoql', [{ pageSize: 200 }, { pageSize: 2000 }]],
    [
      'pageSize over Bulk',
      'query',
      [
        { ...BULK, pageSize: 200 },
        { ...BULK, pageSize: 250_000 },
      ],
    ],
    [
      'pageSize over Bulk',
      'customSoql',
      [
        { ...BULK, pageSize: 200 },
        { ...BULK, pageSize: 250_000 },
      ],
    ],
    ['pageSize of a CSV', 'csvBulk', [{ pageSize: 1 }, { pageSize: 250_000 }]],
    ['limit', 'query', [{ limit: 1 }, { limit: 50_000_000 }]],
    [
      'bulkOperation',
      'csvBulk',
      ['insert', 'update', 'upsert', 'delete', 'hardDelete', 'query', 'queryAll'].map((bulkOperation) => ({
        bulkOperation,
      })),
    ],
    ['object', 'csvBulk', [{ object: 'A' }, { object: 'My_Object__c' }]],
    [
      'columnDelimiter',
      'csvBulk',
      ['BACKQUOTE', 'CARET', 'COMMA', 'PIPE', 'SEMICOLON', 'TAB'].map((columnDelimiter) => ({ columnDelimiter })),
    ],
    ['lineEnding', 'csvBulk', [{ lineEnding: 'LF' }, { lineEnding: 'CRLF' }]],
    ['parentsDepth', 'query', [{ parentsDepth: 0 }, { parentsDepth: 5 }]],
    ['childrenDepth of a query', 'query', [{ childrenDepth: 0 }, { childrenDepth: 2 }]],
    ['childrenDepth of a tree', 'createTree', [{ childrenDepth: 0 }, { childrenDepth: 5 }]],
    ['payloadFormat', 'createTree', [{ payloadFormat: 'xml' }, { payloadFormat: 'json' }]],
    ['hardDelete', 'delete', [{ ...BULK, hardDelete: true }]],
    ['pollInitialMs and pollMaxMs', 'delete', [{ pollInitialMs: 10, pollMaxMs: 600_000 }]],
  ])('%s of %s is taken', async (_name, operation, properties) => {
    for (const given of properties) expect([given, await refusalOf(operation, given)]).toEqual([given, '']);
  });

  test.each<[string, Properties, string, string]>([
    ['create', { operationApi: 'SOAPAPI' }, '/operationApi', 'must be one of "RESTAPI", "COMPOSITEAPI", "BulkAPI2.0"'],
    ['query', { operationApi: 'COMPOSITEAPI' }, '/operationApi', 'must be one of "RESTAPI", "BulkAPI2.0"'],
    ['create', { batchCount: 0 }, '/batchCount', 'must be >= 1, got 0'],
    ['update', { batchCount: 201 }, '/batchCount', 'must be <= 200, got 201'],
    ['create', { batchCount: 1.5 }, '/batchCount', 'must be integer, got 1.5'],
    ['delete', { batchCount: '5' }, '/batchCount', 'must be integer, got "5"'],
    ['upsert', { allOrNone: 'true' }, '/allOrNone', 'must be boolean, got "true"'],
    ['create', { batchSize: 0 }, '/batchSize', 'must be >= 1, got 0'],
    ['create', { batchSize: 151 }, '/batchSize', 'must be <= 150, got 151'],
    ['create', { batchSize: 1.5 }, '/batchSize', 'must be integer, got 1.5'],
    ['create', { bulkHeader: ['Name'] }, '/bulkHeader', 'must be string'],
    ['upsert', { externalIdFieldName: '' }, '/externalIdFieldName', 'must NOT have fewer than 1 characters'],
    ['upsert', { externalIdValue: 7 }, '/externalIdValue', 'must be string, got 7'],
    ['update', { returnUpdatedRecord: 1 }, '/returnUpdatedRecord', 'must be boolean, got 1'],
    ['create', rule('yes'), '/assignmentRuleId', 'got "yes"'],
    ['create', rule('TRUE\r\nX-A: b'), '/assignmentRuleId', 'must match'],
    ['query', headers({ 'X-A': 'a\r\nX-B: b' }), '/restHeaders/X-A', 'must match'],
    ['query', headers({ 'X A': 'a' }), '/restHeaders/X A', 'is not allowed: '],
    ['query', headers(['X-A']), '/restHeaders', 'must be object'],
    ['query', { includeDeleted: 'yes' }, '/includeDeleted', 'must be boolean'],
    ['query', { logSoql: 'yes' }, '/logSoql', 'must be boolean'],
    ['query', { pageSize: 199 }, '/pageSize', 'must be >= 200, got 199'],
    ['query', { pageSize: 2001 }, '/pageSize', 'must be <= 2000, got 2001'],
    ['customSoql', { pageSize: 199 }, '/pageSize', 'must be >= 200, got 199'],
    ['customSoql', { pageSize: 2001 }, '/pageSize', 'must be <= 2000, got 2001'],
    ['query', { ...BULK, pageSize: 199 }, '/pageSize', 'must be >= 200, got 199'],
    ['customSoql', { ...BULK, pageSize: 199 }, '/pageSize', 'must be >= 200, got 199'],
    ['query', { pageSize: '500' }, '/pageSize', 'must be integer, got "500"'],
    ['csvBulk', { pageSize: 0 }, '/pageSize', 'must be >= 1, got 0'],
    ['query', { limit: 0 }, '/limit', 'must be >= 1, got 0'],
    ['query', { limit: 'ten' }, '/limit', 'must be integer, got "ten"'],
    ['csvBulk', { bulkOperation: 'merge' }, '/bulkOperation', 'must be one of "insert"'],
    ['customSoql', { operationApi: 'COMPOSITEAPI' }, '/operationApi', 'must be one of "RESTAPI", "BulkAPI2.0"'],
    ['query', { limit: 1.5 }, '/limit', 'must be integer, got 1.5'],
    ['csvBulk', { externalIdFieldName: '' }, '/externalIdFieldName', 'must NOT have fewer than 1 characters'],
    ['csvBulk', rule('yes'), '/assignmentRuleId', 'must match'],
    ['csvBulk', { object: '' }, '/object', 'must NOT have fewer than 1 characters'],
    ['csvBulk', { columnDelimiter: ';' }, '/columnDelimiter', 'must be one of "COMMA", "BACKQUOTE"'],
    ['csvBulk', { lineEnding: 'CR' }, '/lineEnding', 'must be one of "LF", "CRLF"'],
    ['query', { parentsDepth: -1 }, '/parentsDepth', 'must be >= 0, got -1'],
    ['query', { parentsDepth: 6 }, '/parentsDepth', 'must be <= 5, got 6'],
    ['query', { childrenDepth: 3 }, '/childrenDepth', 'must be <= 2, got 3'],
    ['query', { childrenDepth: -1 }, '/childrenDepth', 'must be >= 0, got -1'],
    ['createTree', { childrenDepth: -1 }, '/childrenDepth', 'must be >= 0, got -1'],
    ['createTree', { childrenDepth: 6 }, '/childrenDepth', 'must be <= 5, got 6'],
    ['create', { pollInitialMs: 9 }, '/pollInitialMs', 'must be >= 10, got 9'],
    ['create', { pollMaxMs: 600_001 }, '/pollMaxMs', 'must be <= 600000, got 600001'],
    ['create', { payloadFormat: 'csv' }, '/payloadFormat', 'must be one of "xml", "json"'],
  ])('%s with %j is refused', async (operation, properties, path, rule) => {
    const message = await refusalOf(operation, properties);

    expect(message).toContain(`the properties of ${operation}: ${path}: `);
    expect(message).toContain(rule);
  });

  test('CSV Bulk without its operation is refused', async () => {
    const connection = await world.connect();

    expect(() => connection.execute({ operation: 'csvBulk', properties: {} }, [])).toThrow(
      '/bulkOperation: is missing',
    );
  });

  test.each<[string, Properties, string]>([
    ['create', { batchCount: 2 }, '/batchCount: stands in the operation alone'],
    ['create', rule('yes'), '/assignmentRuleId: must match'],
    ['query', { limit: 0 }, '/limit: must be >= 1, got 0'],
    ['query', { pageSize: 300 }, '/pageSize: stands in the operation alone'],
    ['upsert', { externalIdFieldName: 'Id' }, '/externalIdFieldName: stands in the operation alone'],
  ])('a document of %s with %j of its own is refused', async (operation, own, message) => {
    const properties = operation === 'upsert' ? { externalIdFieldName: 'External_Id__c' } : {};
    const body = '<records><Name>A</Name></records>';

    const { results } = await run(await world.connect(), { operation, objectType: 'Account', properties }, [
      { body, properties: own },
    ]);

    expect(results).toMatchObject([{ status: 'applicationError', message: expect.stringContaining(message) }]);
  });
});
