import type {
  Connection,
  ConnectorManifest,
  ConnectorPlugin,
  Document,
  Events,
  ExecutionContext,
  JsonSchema,
  OperationDescriptor,
} from '@connector-runtime/core';
import { injectable } from '@connector-runtime/core';

/** What a scripted operation does. */
export type Script = (documents: AsyncIterable<Document>, context: ExecutionContext) => Events;

export const DESCRIPTOR: OperationDescriptor = {
  id: 'write',
  title: 'Write',
  effect: 'create',
  repeat: 'unsafe',
  properties: { type: 'object', additionalProperties: false, properties: {} },
  objectType: 'none',
  accepts: ['text/plain', 'application/json'],
  emits: ['text/plain'],
  order: 'input',
  resumable: true,
  reconciles: false,
  limits: { maxDocumentBytes: 1000, maxInFlight: 4, stopWithinMs: 200 },
};

const NO_PROPERTIES: JsonSchema = { type: 'object', additionalProperties: false, properties: {} };

/** A plugin of one operation that does what the script says. */
export function scriptedPlugin(
  script: Script,
  changes: {
    readonly descriptor?: Partial<OperationDescriptor>;
    readonly manifest?: Partial<ConnectorManifest>;
    readonly connection?: Partial<Connection>;
    readonly plugin?: Partial<ConnectorPlugin>;
  } = {},
): ConnectorPlugin {
  const descriptor = { ...DESCRIPTOR, ...changes.descriptor };

  @injectable()
  class ScriptedConnection implements Connection {
    async open(context: Parameters<Connection['open']>[0]) {
      await changes.connection?.open?.(context);
    }

    async test(context: Parameters<Connection['test']>[0]) {
      return changes.connection?.test?.(context) ?? [];
    }

    async close() {
      await changes.connection?.close?.();
    }
  }

  @injectable()
  class ScriptedOperation {
    execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return script(documents, context);
    }
  }

  return {
    manifest: {
      id: 'scripted',
      version: '1.0.0',
      contract: '^1.0',
      title: 'Scripted',
      configVersion: 1,
      egress: 'own',
      connection: { properties: NO_PROPERTIES },
      operations: [descriptor],
      ...changes.manifest,
    },
    connection: ScriptedConnection,
    operations: { [descriptor.id]: () => ScriptedOperation },
    ...changes.plugin,
  };
}
