import { BASE, JSON_TYPE, jsonBack, PinnedService } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

describe('the shape of', () => {
  test.each(['query', 'create', 'update', 'upsert', 'delete', 'createTree'])(
    'the list of object types for %s',
    async (operation) => {
      service.answerLogin();
      const flags = { queryable: true, createable: true, updateable: true, deletable: true };
      const sobjects = [{ name: 'Account', label: 'Account', ...flags }];
      service.answer('GET', `${BASE}/sobjects`, 200, JSON.stringify({ sobjects }), JSON_TYPE);

      const found: string[] = [];
      for await (const { id } of (await service.connect()).objectTypes({ operation })) found.push(id);

      expect(found).toEqual(['Account']);
      expect(service.calls).toEqual([{ method: 'GET', path: `${BASE}/sobjects`, headers: jsonBack, body: '' }]);
    },
  );

  test.each([
    ['query', 'output', 'xsd'],
    ['query', 'output', 'json-schema'],
    ['create', 'input', 'xsd'],
    ['createTree', 'input', 'json-schema'],
  ] as const)('the describe behind the %s %s as %s', async (operation, role, format) => {
    service.answerLogin();
    service.answerDescribe();
    const connection = await service.connect();

    const { schema } = await connection.describe({ operation, objectType: 'Account', role, format, properties: {} });

    expect(schema).toContain('Ext__c');
    expect(service.seen.slice(1)).toEqual([
      { method: 'GET', path: `${BASE}/sobjects/Account/describe`, headers: jsonBack, body: '' },
    ]);
  });
});
