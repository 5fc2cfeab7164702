import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { account, invoice, op, sentTo, statuses, writtenIn } from './collections-writes.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const sent = () => sentTo(world);
const written = () => writtenIn(world);
const names = () => written().map(({ fields }) => fields['Name']);
const perRequest = () => sent().map(({ body }) => (body ?? '').split('<records ').length - 1);

describe('collections', () => {
  test('Q14: an upsert without the field that tells records apart is refused up front', async () => {
    const connection = await world.connect();

    expect(() => connection.execute(op('upsert'), bodies('<r/>', '<r/>'))).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({ category: 'config', code: 'CONFIG_INVALID', path: '/externalIdFieldName' }),
      }),
    );
    expect(world.org.requests.counts()).toEqual({});
  });

  test.each([
    ['not well-formed', '<records><Name>x</records>', 'DOCUMENT_NOT_XML'],
    ['empty', '', 'DOCUMENT_NOT_XML'],
    ['with a DOCTYPE', '<!DOCTYPE r [<!ENTITY e "x">]><r><Name>&e;</Name></r>', 'DOCUMENT_NOT_XML'],
    ['two elements', '<records/><records/>', 'DOCUMENT_NOT_XML'],
    ['that would end the record early', '<records></records></result><result>', 'DOCUMENT_NOT_XML'],
  ])('Q16: a document that is %s is refused alone, and the rest goes on', async (_what, body, code) => {
    const { results } = await run(await world.connect(), op('create'), bodies(account('a'), body, account('b')));

    expect(statuses(results)).toEqual(['success', 'applicationError', 'success']);
    expect(results[1]?.error).toMatchObject({ code, category: 'validation', effect: 'none' });
    expect(perRequest()).toEqual([2]);
  });

  test('Q16: under all or none too, for a document that cannot be sent is in no request', async () => {
    const { results } = await run(
      await world.connect(),
      op('create', { allOrNone: true }),
      bodies(account('a'), '<records>', account('b')),
    );

    expect(statuses(results)).toEqual(['success', 'applicationError', 'success']);
    expect(perRequest()).toEqual([2]);
  });

  test('a document whose body the host cannot read takes no other along', async () => {
    const unreadable = new ReadableStream({ pull: (stream) => stream.error(new Error('the disk is gone')) });

    const { results } = await run(await world.connect(), op('create'), [
      { body: account('a') },
      { body: unreadable },
      { body: account('b') },
    ]);

    expect(statuses(results)).toEqual(['success', 'failure', 'success']);
    expect(results[1]?.error).toMatchObject({ effect: 'none', message: expect.stringContaining('the disk is gone') });
    expect(names()).toEqual(['a', 'b']);
  });

  test('an upsert refuses a document of another type itself', async () => {
    const { results } = await run(
      await world.connect(),
      op('upsert', { externalIdFieldName: 'External_Id__c' }, 'Invoice__c'),
      bodies(invoice('a', 1), '<records type="Account"><External_Id__c>b</External_Id__c></records>'),
    );

    expect(statuses(results)).toEqual(['success', 'applicationError']);
    expect(results[1]?.error).toMatchObject({ code: 'OBJECT_TYPE_DIFFERS' });
  });

  test.each([
    ['XML', 'xml', (id: string) => `<records><Id>${id}</Id></records>`],
    ['JSON', 'json', (id: string) => `{"Id":"${id}"}`],
  ])('a delete refuses the id of another type in %s, and deletes the others', async (_form, payloadFormat, body) => {
    const [account, contact] = [
      world.org.insert('Account', { Name: 'a' }),
      world.org.insert('Contact', { LastName: 'c' }),
    ];
    const connection = await world.connect();

    const { results } = await run(
      connection,
      op('delete', { payloadFormat }),
      bodies(body(contact), body(account), body(contact.slice(0, 15))),
    );
    const alone = await run(connection, op('delete', { payloadFormat }), bodies(body(contact)));

    expect([...results, ...alone.results].map(({ error }) => error?.code)).toEqual([
      'OBJECT_TYPE_DIFFERS',
      undefined,
      'OBJECT_TYPE_DIFFERS',
      'OBJECT_TYPE_DIFFERS',
    ]);
    expect(results[0]?.message).toBe(`the Id ${contact} is of another object type: those of Account begin with 001`);
    expect(written().map(({ action, id }) => [action, id])).toEqual([['delete', account]]);
    expect(sent()).toHaveLength(1);
  });

  test.each([
    ['without an id', '<records><Name>x</Name></records>', 'ID_MISSING'],
    ['with an empty id', '<records><Id/></records>', 'ID_MISSING'],
    ['with an id that would be two', '<records><Id>001000000000001,001000000000002</Id></records>', 'ID_MALFORMED'],
    ['with an id that would be a parameter', '<records><Id>a&amp;allOrNone=true</Id></records>', 'ID_MALFORMED'],
  ])('a delete of a document %s is refused alone and unsent', async (_what, body, code) => {
    const id = world.org.insert('Account', { Name: 'a' });

    const { results } = await run(
      await world.connect(),
      op('delete'),
      bodies(body, `<DeleteProfileConfig><id>${id}</id></DeleteProfileConfig>`),
    );

    expect(statuses(results)).toEqual(['applicationError', 'success']);
    expect(results[0]?.error).toMatchObject({ code });
    expect(sent()[0]?.path).toBe(`/services/data/v64.0/composite/sobjects?ids=${id}`);
  });

  test('a document that is too large is refused alone', async () => {
    const large = `<records><Name>large</Name><Description>${'x'.repeat(1_000_000)}</Description></records>`;

    const { results, summary } = await run(
      await world.connect(),
      op('create'),
      bodies(account('a'), large, account('b')),
    );

    expect(summary.counts).toMatchObject({ success: 2, applicationError: 1 });
    expect(results.find(({ status }) => status !== 'success')?.error).toMatchObject({ category: 'tooLarge' });
    expect(names()).toEqual(['a', 'b']);
  });

  test.each([
    ['an unknown field', 'Nope__c', 'FIELD_UNKNOWN'],
    ['a field that is no external id', 'Amount__c', 'FIELD_UNKNOWN'],
  ])('an upsert by %s is refused up front', async (_what, externalIdFieldName, code) => {
    const { summary } = await run(
      await world.connect(),
      op('upsert', { externalIdFieldName }, 'Invoice__c'),
      bodies(invoice('a', 1)),
    );

    expect(summary.error).toMatchObject({ category: 'config', code });
    expect(sent()).toEqual([]);
  });
});
