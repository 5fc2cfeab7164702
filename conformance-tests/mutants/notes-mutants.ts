import {
  type CallContext,
  ConnectorError,
  type ConnectorManifest,
  type ConnectorPlugin,
  type Constructor,
  type Document,
  type Events,
  type ExecutionContext,
  injectable,
  type Json,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { CreateNotes, NotesConnection, notesPlugin } from '../reference/notes-plugin.js';

/** A copy of the notes plugin, broken in the one way that its check must find: the key is the check's id. */
export const NOTES_MUTANTS: Readonly<Record<string, ConnectorPlugin>> = {
  'MAN-01': {
    ...notesPlugin,
    manifest: { ...notesPlugin.manifest, documentation: (() => 'Notes') as unknown as string },
  },
  'CFG-01': withConnectionSchema((schema) => ({ ...schema, requird: ['url'] })),
  'CFG-02': withConnectionSchema((schema) => {
    const properties = schema['properties'] as Record<string, Record<string, Json>>;
    const { additionalProperties: _, ...open } = properties['labels'] ?? {};
    return { ...schema, properties: { ...properties, labels: open } };
  }),
  'CFG-03': {
    ...withConnectionSchema((schema) => {
      const properties = schema['properties'] as Record<string, Record<string, Json>>;
      const { maximum: _, ...unbounded } = properties['concurrent'] ?? {};
      return { ...schema, properties: { ...properties, concurrent: unbounded } };
    }),
    connection: lateRangeCheck(),
  },
  'BAS-01': { ...notesPlugin, connection: needsLabels() },
  'ACC-01': withCreate(forgetsLastBatch()),
  'ACC-02': withCreate(reportsTwice()),
  'ACC-04': withCreate(deniesLostAnswers()),
  'CAN-01': withCreate(ignoresSignal()),
  'LIF-01': { ...notesPlugin, connection: closesOnce() },
};

function withConnectionSchema(change: (schema: Record<string, Json>) => Record<string, Json>): ConnectorPlugin {
  const { manifest } = notesPlugin;
  const connection: ConnectorManifest['connection'] = {
    ...manifest.connection,
    properties: change({ ...manifest.connection.properties }),
  };
  return { ...notesPlugin, manifest: { ...manifest, connection } };
}

function withCreate(type: Constructor<Operation>): ConnectorPlugin {
  return { ...notesPlugin, operations: { ...notesPlugin.operations, create: () => type } };
}

/** Injects what its parent does. */
function likeParent<T extends Constructor<unknown>>(type: T): T {
  const parent = Object.getPrototypeOf(type) as object;
  for (const key of ['injectionTokens', 'design:paramtypes'])
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, parent), type);
  injectable()(type);
  return type;
}

function lateRangeCheck() {
  return likeParent(
    class extends NotesConnection {
      override async open(context: CallContext): Promise<void> {
        await super.open(context);
        if (Number(this.properties['concurrent']) > 10) {
          const message = 'concurrent must be 1 to 10';
          throw new ConnectorError({
            category: 'config',
            code: 'CONFIG_INVALID',
            message,
            effect: 'none',
            retryable: false,
            path: '/concurrent',
          });
        }
      }
    },
  );
}

function needsLabels() {
  return likeParent(
    class extends NotesConnection {
      override async open(context: CallContext): Promise<void> {
        if ((this.properties['labels'] as { tenant?: string }).tenant === '') throw new TypeError('no tenant');
        await super.open(context);
      }
    },
  );
}

function closesOnce() {
  return likeParent(
    class extends NotesConnection {
      private isClosed = false;

      override async close(): Promise<void> {
        if (this.isClosed) throw new TypeError('closed already');
        this.isClosed = true;
      }
    },
  );
}

function forgetsLastBatch() {
  return likeParent(
    class extends CreateNotes {
      protected override async create(
        batch: readonly Document[],
        context: ExecutionContext,
      ): Promise<readonly OperationEvent[]> {
        const events = await super.create(batch, context);
        return batch.length === 2 ? [] : events;
      }
    },
  );
}

function reportsTwice() {
  return likeParent(
    class extends CreateNotes {
      protected override async create(
        batch: readonly Document[],
        context: ExecutionContext,
      ): Promise<readonly OperationEvent[]> {
        const events = await super.create(batch, context);
        return batch.length === 5 ? [...events, ...events.slice(0, 1)] : events;
      }
    },
  );
}

function deniesLostAnswers() {
  return likeParent(
    class extends CreateNotes {
      protected override async create(
        batch: readonly Document[],
        context: ExecutionContext,
      ): Promise<readonly OperationEvent[]> {
        try {
          return await super.create(batch, context);
        } catch (error) {
          if (!(error instanceof ConnectorError) || error.info.effect === 'none') throw error;
          throw new ConnectorError({ ...error.info, effect: 'none' });
        }
      }
    },
  );
}

function ignoresSignal() {
  return likeParent(
    class extends CreateNotes {
      override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
        const deaf = Object.create(context, { signal: { value: context.cleanup.signal } }) as ExecutionContext;
        return super.execute(documents, deaf);
      }
    },
  );
}
