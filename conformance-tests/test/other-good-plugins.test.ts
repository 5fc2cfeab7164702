import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import {
  conformance,
  type Fixture,
  type OperationFixture,
  type Sample,
  type Subject,
} from '@connector-runtime/conformance-tests';
import {
  type CallContext,
  type Document,
  type ExecutionContext,
  isConnectorError,
  type JsonSchema,
  type OperationEvent,
  type Properties,
  type ResultEvent,
  type Secret,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import {
  itemsPlugin,
  likeParent,
  withClient,
  withConnectionSchema,
  withDescriptor,
  withOperation,
  withSession,
} from '../mutants/mutant.js';
import { ItemsClient, type ItemsRequest } from '../reference/items/items-client.js';
import { CreateItems, ReadItems, UpsertItems } from '../reference/items/items-operations.js';
import { ItemsSession } from '../reference/items/items-session.js';
import { itemsSubject } from '../reference/items/items-subject.js';
import { without } from './without.js';

/** Checks that have the service hold rows. */
const OF_READS =
  'MAN-03 MAN-04 SCH-03 OPS-01 OPS-05 OPS-06 ACC-03 ACC-07 CAN-05 AUT-01 BPR-01 CON-01 CON-03 CHK-01 DET-01 HOS-04 UNI-02'.split(
    ' ',
  );

const PACE_MS = 300;

/** Lets some time pass before each request, as a service's limit of requests in a second asks for. */
const PacedClient = likeParent(
  class extends ItemsClient {
    override async send(request: ItemsRequest, context: CallContext) {
      await context.clock.sleep(PACE_MS, context.signal);
      return super.send(request, context);
    }
  },
);

type Grant = Parameters<ItemsSession['send']>[0];

/** Asks where to log in before it does, once. */
const DiscoveringSession = likeParent(
  class extends ItemsSession {
    protected found: Promise<unknown> | undefined;

    protected headers(): Readonly<Record<string, string>> {
      return {};
    }

    protected override async send(grant: Grant, context: CallContext) {
      const request = {
        method: 'GET',
        url: `${String(this.properties['url'])}/.well-known/openid-configuration`,
      } as const;
      this.found ??= this.http.send(
        { ...request, headers: this.headers(), effect: 'none', judge: () => 'accept' },
        context,
      );
      await this.found;
      return super.send(grant, context);
    }
  },
);

/** Names itself by its password where it asks: only its author can tell that this is no login. */
const NamedDiscovery = likeParent(
  class extends DiscoveringSession {
    protected override headers() {
      return { 'x-client': (this.properties['password'] as Secret).reveal() };
    }
  },
);

/** Asks for the keys of a write whose end is not known, and never sends it again. */
const AskingCreate = likeParent(
  class extends CreateItems {
    protected override async send(...args: Parameters<CreateItems['send']>): Promise<readonly ResultEvent[]> {
      const [items, , context] = args;
      try {
        return await super.send(...args);
      } catch (error) {
        if (context.signal.aborted || !isConnectorError(error) || error.info.effect !== 'unknown') throw error;
        const results: ResultEvent[] = [];
        for (const { id, key } of items)
          results.push(
            (await this.isThere(key, context))
              ? { type: 'result', inputs: [id], status: 'success', receipt: { key } }
              : { type: 'result', inputs: [id], status: 'unknown', error: error.info },
          );
        return results;
      }
    }
  },
);

/** Puts the text of each item into addresses too, encoded for where it stands. */
const EncodingUpsert = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext) {
      const words = encodeURIComponent(String((JSON.parse(text) as { readonly text?: unknown }).text));
      for (const path of [`/types/${words}`, `/types?search=${words}`, `/types?${words}=1`])
        await this.client.send({ method: 'GET', path, effect: 'none', step: 'lookup' }, context).catch(() => undefined);
      return super.upsert(document, text, context);
    }
  },
);

/** Gives the item that each document names. */
const GetItems = likeParent(
  class extends UpsertItems {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext) {
      return perDocument(documents, context, async (document): Promise<readonly OperationEvent[]> => {
        const { key } = (await document.body.json(1_000)) as { readonly key: string };
        const path = `/items/${encodeURIComponent(context.objectType)}/${encodeURIComponent(key)}`;
        const answer = await this.client.send({ method: 'GET', path, effect: 'none', step: 'get' }, context);
        const inputs = [document.id];
        return [
          { type: 'output', inputs, body: await answer.body.text(100_000) },
          { type: 'result', inputs, status: 'success', code: '200' },
        ];
      });
    }
  },
);

/** The items plugin with one operation more. */
function withGet(): Subject {
  const { plugin } = withOperation('get', GetItems);
  const [read] = plugin.manifest.operations;
  if (read === undefined) throw new Error('items has no operation');
  const get = { ...read, id: 'get', title: 'Get one item', resumable: false };
  const manifest = { ...plugin.manifest, operations: [...plugin.manifest.operations, get] };
  const subject = itemsSubject({ ...plugin, manifest });
  return withFixture(subject, (fixture) => {
    const { delete: remove } = fixture.operations;
    if (remove === undefined) throw new Error('the fixture of items has no delete');
    const own = { ...without(remove, 'bad'), isWrite: () => false, looksUp: true };
    return { ...fixture, operations: { ...fixture.operations, get: own } };
  });
}

const asking = itemsSubject(withOperation('create', AskingCreate).plugin);
const paced = itemsSubject(withClient(PacedClient).plugin);
const discovering = itemsSubject(withSession(DiscoveringSession).plugin);

test('a plugin that paces its requests is told from one that hangs', async () => {
  expect(await outcomes(paced, ['CAN-02', 'CAN-04', 'CAN-06', 'LIF-02'])).toEqual({
    'CAN-02': 'pass',
    'CAN-04': 'pass',
    'CAN-06': 'pass',
    'LIF-02': 'pass',
  });
});

const deriveKey = promisify<string, string, number, { N: number }, Buffer>(scrypt);

/** Works in a thread for some time before each request that creates. */
const HashingCreate = likeParent(
  class extends CreateItems {
    protected override async send(...args: Parameters<CreateItems['send']>): Promise<readonly ResultEvent[]> {
      await deriveKey('key', 'salt', 32, { N: 2 ** 13 });
      return super.send(...args);
    }
  },
);

test('a plugin that works in a thread is not overtaken by its deadline', async () => {
  const hashing = itemsSubject(withOperation('create', HashingCreate).plugin);
  const ids = ['IDM-01', 'TIM-01', 'TIM-02'];

  expect(await outcomes(hashing, ids)).toEqual(Object.fromEntries(ids.map((id) => [id, 'pass'])));
});

test('a login that is not the first request is known by the secret that it carries', async () => {
  expect(await outcomes(discovering, ['AUT-01', 'AUT-02', 'AUT-03', 'AUT-04'])).toEqual({
    'AUT-01': 'pass',
    'AUT-02': 'pass',
    'AUT-03': 'pass',
    'AUT-04': 'pass',
  });
});

test('a login that does not carry the first secret is known by the fixture', async () => {
  const subject = itemsSubject(withSession(NamedDiscovery).plugin);
  const told = withFixture(subject, (own) => ({ ...own, isLogin: ({ path }) => path === '/token' }));

  expect(await outcomes(subject, ['AUT-01'])).toEqual({ 'AUT-01': 'fail' });
  expect(await outcomes(told, ['AUT-01', 'AUT-03'])).toEqual({ 'AUT-01': 'pass', 'AUT-03': 'pass' });
});

test('a create that asks what became of it may tell', async () => {
  expect(await outcomes(asking, ['ACC-04', 'CAN-04', 'IDM-01', 'IDM-03', 'IDM-06'])).toEqual({
    'ACC-04': 'pass',
    'CAN-04': 'pass',
    'IDM-01': 'pass',
    'IDM-03': 'pass',
    'IDM-06': 'pass',
  });
});

test('a text that is encoded where it stands in an address leads no request astray', async () => {
  const encoding = itemsSubject(withOperation('upsert', EncodingUpsert).plugin);

  expect(await outcomes(encoding, ['HOS-03'])).toEqual({ 'HOS-03': 'pass' });
});

test('a read that looks up what each document names needs no rows but those', async () => {
  expect(await outcomes(withGet(), OF_READS)).toEqual(Object.fromEntries(OF_READS.map((id) => [id, 'pass'])));
});

/** Each row has a part with fields of the same names, and its own written with escapes. */
const NestingRead = likeParent(
  class extends ReadItems {
    protected override parsed(page: string) {
      const { texts, next } = super.parsed(page);
      const nested = (text: string) =>
        text.replace('{', '{"parent":{"number":1},').replace('"number":9', '"numb\\u0065r":9');
      return { texts: texts.map(nested), next };
    }
  },
);

test('a row may have the names of its fields in its parts too, and write them with escapes', async () => {
  const nesting = itemsSubject(withOperation('read', NestingRead).plugin);

  expect(await outcomes(nesting, ['OPS-01', 'UNI-02'])).toEqual({ 'OPS-01': 'pass', 'UNI-02': 'pass' });
});

test('a class may be chosen by a property that the configuration leaves to its default', async () => {
  const [read] = itemsPlugin.manifest.operations;
  if (read === undefined) throw new Error('items has no operation');
  const properties = read.properties['properties'] as Readonly<Record<string, JsonSchema>>;
  const mode: JsonSchema = { type: 'string', enum: ['plain'], default: 'plain' };
  const { plugin } = withDescriptor('read', {
    properties: { ...read.properties, properties: { ...properties, mode } },
  });
  const choosing = {
    ...plugin,
    operations: {
      ...plugin.operations,
      read: (own: Properties) => {
        if ((own['mode'] as string).toUpperCase() !== 'PLAIN') throw new Error('there is no other mode');
        return ReadItems;
      },
    },
  };
  const ids = ['MAN-03', 'LIF-04', 'ERR-02'];

  expect(await outcomes(itemsSubject(choosing), ids)).toEqual(Object.fromEntries(ids.map((id) => [id, 'pass'])));
});

test('a secret that is none is listed by its pointer, whatever its name', async () => {
  const { plugin } = withConnectionSchema((schema) => ({
    ...schema,
    properties: { ...(schema['properties'] as object), 'api/token': { type: 'string' } },
  }));
  const subject = itemsSubject(plugin);

  expect(await outcomes(subject, ['CFG-05'])).toEqual({ 'CFG-05': 'fail' });
  expect(await outcomes({ ...subject, notSecret: ['/api~1token'] }, ['CFG-05'])).toEqual({ 'CFG-05': 'pass' });
});

const ofPassword = withConnectionSchema((schema) => {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>>;
  return { ...schema, properties: { ...properties, password: { ...properties['password'], pattern: '^password-' } } };
});

test('a secret of a form is tried with canaries of that form', async () => {
  const subject = itemsSubject(ofPassword.plugin);
  const canary: Fixture['canary'] = (_, n) => `password-of-form-${n}`;

  const { checks } = await conformance(subject, { only: ['SEC-01'] }).run();
  expect(checks[0]).toMatchObject({ outcome: 'error', reason: expect.stringMatching(/add `canary` to the fixture/) });
  expect(
    await outcomes(
      withFixture(subject, (own) => ({ ...own, canary })),
      ['SEC-01'],
    ),
  ).toEqual({ 'SEC-01': 'pass' });
});

test('a service that takes no credentials has none to refuse', async () => {
  const open = withFixture({ ...itemsSubject(), notSecret: ['/password'] }, (own) => ({
    ...own,
    secrets: [],
    connections: without(own.connections, 'wrongCredential'),
  }));

  expect(await outcomes(open, ['BAS-01', 'TST-01', 'AUT-03'])).toEqual({
    'BAS-01': 'pass',
    'TST-01': 'skip',
    'AUT-03': 'skip',
  });
});

test.each([
  ['says it to the ledger', true],
  ['says nothing of it', false],
])('a lone surrogate that the format cannot carry is not tried, where the sample %s', async (_, isTold) => {
  const subject = withFixture(itemsSubject(), (own) => {
    const create = own.operations['create'] as OperationFixture;
    const withText = (text: string): Sample => {
      const [{ key, mediaType } = { key: '', mediaType: '' }] = create.good(1);
      const body = Buffer.from(JSON.stringify({ key, text: text.toWellFormed() }));
      return { key, mediaType, body, ...(isTold ? { data: { key, text } } : {}) };
    };
    return { ...own, operations: { ...own.operations, create: { ...create, withText } } };
  });

  expect(await outcomes(subject, ['UNI-01'])).toEqual({ 'UNI-01': 'pass' });
});

test('where each request proves itself, no session expires', async () => {
  const signing = withFixture(itemsSubject(), (own) => ({ ...without(own, 'expireSession'), hasSessions: false }));

  expect(await outcomes(signing, ['AUT-01', 'AUT-02', 'AUT-03', 'AUT-04'])).toEqual({
    'AUT-01': 'skip',
    'AUT-02': 'skip',
    'AUT-03': 'pass',
    'AUT-04': 'skip',
  });
});

function withFixture(subject: Subject, change: (fixture: Fixture) => Fixture): Subject {
  return { ...subject, start: async (options) => change(await subject.start(options)) };
}

async function outcomes(subject: Subject, only: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { checks } = await conformance(subject, { only }).run();
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}
