import { type RunningOrg, runOrg } from '../../running-org.js';
import { uploadsTo } from './bulk-world.js';
import { bulk } from './ingest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test('JSON documents: numbers keep their digits, null and empty text empty a field, parents are objects; results are JSON', async () => {
  const record = `{"attributes":{"type":"Invoice__c"},"Name":"a \\"b\\" \\u00e9","Amount__c":12345678901234.10,"Is_Paid__c":true,"Notes__c":null,"Hotline__c":"","Owner":{"Username":${JSON.stringify(world.org.username)}}}`;
  const { results } = await bulk(world, 'create', [{ body: record, mediaType: 'application/json' }], {
    payloadFormat: 'json',
  });

  expect(uploadsTo(world)).toEqual([
    `"Name","Amount__c","Is_Paid__c","Notes__c","Hotline__c","User:Owner.Username"\n"a ""b"" é","12345678901234.10","true","#N/A","#N/A","${world.org.username}"\n`,
  ]);
  expect(results[0]?.mediaType).toBe('application/json');
  expect(JSON.parse(String(results[0]?.body))).toEqual({
    attributes: { type: 'Invoice__c' },
    sf__Id: world.org.records('Invoice__c').at(-1)?.Id,
    sf__Created: 'true',
    Name: 'a "b" é',
    Amount__c: '12345678901234.10',
    Is_Paid__c: 'true',
    Notes__c: null,
    Hotline__c: null,
    Owner: { attributes: { type: 'User' }, Username: world.org.username },
  });
});

test.each<[string, string, string]>([
  ['a list', '{"Name":["a"]}', 'Name is a list'],
  ['a NUL', '{"Name":"a\\u0000"}', 'Name holds a NUL character'],
  ['half a character', '{"Name":"a\\ud800"}', 'half of a surrogate pair'],
  ['a parent in both ways', '{"Owner":{"Username":"a"},"Owner.Username":"b"}', 'Owner.Username stands there twice'],
  ['levels that no row has', '{"Owner":{"Manager":{"Username":"x"}}}', 'Owner holds records two levels below it'],
  ['a name twice', '{"Name":"a","Name":"b"}', 'twice'],
  ['another object type', '{"attributes":{"type":"Account"},"Name":"a"}', 'the document is a Account'],
  ['no JSON', '<records/>', 'unexpected'],
])('a JSON document with %s is refused', async (_what, body, message) => {
  const { results } = await bulk(world, 'create', [{ body, mediaType: 'application/json' }], { payloadFormat: 'json' });

  expect(results).toMatchObject([{ status: 'applicationError' }]);
  expect(results[0]?.message).toContain(message);
});
