import assert from 'node:assert/strict';
import { MANY_RECORDS } from './many-records.js';
import { expectCounts, print, readLines, type Step, summaryOf } from './step.js';

const CREATED = 500;

/** Ids that the create step was given, for the steps after it. */
const createdIds: string[] = [];

export const STEPS: readonly Step[] = [
  {
    title: 'components from templates',
    applies: {},
    async run(place, org) {
      await place.component('connection.json', 'connection', {
        'properties/url': org.url,
        'properties/authenticationType': 'USER_CREDENTIALS',
        'properties/username': org.username,
        'properties/password': { $secret: 'env:SALESFORCE_REST_PASSWORD' },
        'properties/authenticationUrl': org.soapLogin,
      });
      await place.component('query.json', 'query', {
        objectType: 'Account',
        connection: 'connection.json',
        'properties/fields': ['Id', 'Name', 'Custom_Score__c', 'Owner/Email', 'Contacts/records/LastName'],
        'properties/filter': { field: 'Name', operator: 'LIKE', value: '%a%' },
        'properties/sort': [{ field: 'Name' }],
        'properties/limit': 50,
      });
      for (const operation of ['create', 'update', 'delete']) {
        await place.component(`${operation}.json`, operation, { objectType: 'Account', connection: 'connection.json' });
      }
      await place.component('upsert.json', 'upsert', {
        objectType: 'Account',
        connection: 'connection.json',
        'properties/externalIdFieldName': 'External_Id__c',
      });
      return '6 files';
    },
  },
  {
    title: 'validate',
    applies: {},
    async run(place) {
      const { lines } = await place.run([
        'validate',
        'connection.json',
        'query.json',
        'create.json',
        'update.json',
        'upsert.json',
        'delete.json',
      ]);
      assert.equal(lines.filter(({ valid }) => valid === true).length, 6);
      return 'all valid';
    },
  },
  {
    title: 'test the connection',
    applies: {},
    async run(place) {
      const { lines } = await place.run(['test', 'connection.json']);
      for (const { name, ok, message } of lines)
        print(`${ok === true ? 'ok  ' : 'FAIL'} ${String(name)}: ${String(message ?? '')}`);
      assert.ok(lines.length > 1 && lines.every(({ ok }) => ok === true));
      return `${lines.length} findings`;
    },
  },
  {
    title: 'browse',
    applies: {},
    async run(place) {
      const types = await place.run(['browse', 'connection.json', '--operation', 'create']);
      assert.ok(types.lines.some(({ id, custom }) => id === 'Invoice__c' && custom === true));
      const { stdout } = await place.run([
        'browse',
        'connection.json',
        'Account',
        '--operation',
        'create',
        '--role',
        'input',
        '--format',
        'xsd',
      ]);
      assert.match(stdout, /name="Custom_Score__c"/);
      print(
        stdout
          .split('\n')
          .find((line) => line.includes('Custom_Score__c'))
          ?.trim() ?? '',
      );
      return `${types.lines.length} object types`;
    },
  },
  {
    title: 'query with parents and children',
    applies: {},
    async run(place, org) {
      const { lines } = await place.run(['run', 'query.json']);
      const outputs = lines.filter(({ type }) => type === 'output');
      const expected = org
        .records('Account')
        .filter((account) => String(account['Name']).toLowerCase().includes('a')).length;
      assert.equal(outputs.length, Math.min(50, expected));
      assert.ok(outputs.some(({ body }) => /<Owner [^>]*>.*<Email>/.test(String(body))));
      assert.ok(outputs.some(({ body }) => /<Contacts>.*<LastName>/.test(String(body))));
      print(String(outputs[0]?.['body']));
      assert.equal(summaryOf(lines)['complete'], true);
      return `${outputs.length} records`;
    },
  },
  {
    title: `create ${CREATED}`,
    applies: { create: CREATED },
    async run(place, org) {
      place.documents(
        'in.ndjson',
        Array.from({ length: CREATED }, (_, n) => ({
          id: `account-${n}`,
          body: `<records type="Account"><Name>Tour ${n} &amp; Co</Name></records>`,
        })),
      );
      const before = org.records('Account').length;
      await place.run(['run', 'create.json', '--input', 'in.ndjson', '--output', 'out.ndjson']);
      const lines = readLines(place, 'out.ndjson');
      expectCounts(lines, { success: CREATED });
      for (const { type, body } of lines)
        if (type === 'result') createdIds.push(/<id>(\w+)<\/id>/.exec(String(body))?.[1] ?? '');
      assert.equal(new Set(createdIds).size, CREATED);
      assert.equal(org.records('Account').length, before + CREATED);
      return `${CREATED} created`;
    },
  },
  {
    title: 'update',
    applies: { update: 1 },
    async run(place, org) {
      const [id = ''] = createdIds;
      place.documents('update.ndjson', [
        { body: `<records type="Account"><Id>${id}</Id><Phone>+45 1234</Phone></records>` },
      ]);
      expectCounts((await place.run(['run', 'update.json', '--input', 'update.ndjson'])).lines, { success: 1 });
      assert.equal(org.record(id)?.['Phone'], '+45 1234');
      return '1 updated';
    },
  },
  {
    title: 'upsert twice by external id',
    applies: { create: 1, update: 1 },
    async run(place, org) {
      const before = org.records('Account').length;
      const codes: unknown[] = [];
      for (const name of ['First', 'Second']) {
        place.documents('upsert.ndjson', [
          { body: `<records type="Account"><Name>${name}</Name></records>`, properties: { externalIdValue: 'T/1' } },
        ]);
        const { lines } = await place.run(['run', 'upsert.json', '--input', 'upsert.ndjson']);
        expectCounts(lines, { success: 1 });
        codes.push(lines.find(({ type }) => type === 'result')?.['code']);
      }
      assert.deepEqual(codes, ['201', '200']);
      const [record, ...others] = org.records('Account').filter((account) => account['External_Id__c'] === 'T/1');
      assert.deepEqual([record?.['Name'], others.length, org.records('Account').length], ['Second', 0, before + 1]);
      return 'created, then updated';
    },
  },
  {
    title: 'one wrong document among good ones',
    applies: { create: 2 },
    async run(place, org) {
      const before = org.records('Account').length;
      place.documents('mixed.ndjson', [
        { id: 'good-1', body: '<records type="Account"><Name>Good 1</Name></records>' },
        { id: 'wrong', body: '<records type="Account"><Nmae>Wrong</Nmae></records>' },
        { id: 'good-2', body: '<records type="Account"><Name>Good 2</Name></records>' },
      ]);
      const { lines } = await place.run(['run', 'create.json', '--input', 'mixed.ndjson'], 1);
      expectCounts(lines, { success: 2, applicationError: 1 });
      print(String(lines.find(({ inputs }) => String(inputs) === 'wrong')?.['message']));
      assert.equal(org.records('Account').length, before + 2);
      return '2 created, 1 refused';
    },
  },
  {
    title: 'delete',
    applies: { delete: 10 },
    async run(place, org) {
      const before = org.records('Account').length;
      place.documents(
        'delete.ndjson',
        createdIds.slice(0, 10).map((id) => ({ id, body: `<records><Id>${id}</Id></records>` })),
      );
      expectCounts((await place.run(['run', 'delete.json', '--input', 'delete.ndjson'])).lines, { success: 10 });
      assert.equal(org.records('Account').length, before - 10);
      return '10 deleted';
    },
  },
  ...MANY_RECORDS,
];
