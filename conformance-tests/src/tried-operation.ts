import type {
  ConnectorManifest,
  ConnectorPlugin,
  Constructor,
  Operation,
  OperationDescriptor,
  Properties,
} from '@connector-runtime/core';
import { NotApplicable, SubjectError } from './findings.js';
import { compileSchema } from './schema-compiler.js';
import type { Fixture, OperationFixture } from './subject.js';

/** An operation of the manifest, or a variant of one, with its fixture. */
export interface TriedOperation {
  /** Its id, or `id:variant`. */
  readonly key: string;
  readonly id: string;
  /** With the variant laid over it. */
  readonly descriptor: OperationDescriptor;
  readonly fixture: OperationFixture;
}

/** Every operation and variant that the manifest names. Throws a `SubjectError` where the fixture lacks one. */
export function triedOperations(manifest: ConnectorManifest, fixture: Fixture): readonly TriedOperation[] {
  return manifest.operations.flatMap((declared) =>
    [undefined, ...(declared.variants ?? [])].map((variant): TriedOperation => {
      const { when: _, id: variantId, ...changes } = variant ?? { id: undefined, when: undefined };
      const key = variantId === undefined ? declared.id : `${declared.id}:${variantId}`;
      const own = fixture.operations[key];
      if (own === undefined)
        throw new SubjectError(`the fixture has no operation ${key}; add it to Fixture.operations`);
      if (declared.objectType === 'required' && own.objectType === undefined)
        throw new SubjectError(
          `the fixture of ${key} names no object type, and the manifest says that it needs one; add \`objectType\` to it`,
        );
      return { key, id: declared.id, descriptor: { ...declared, ...changes }, fixture: own };
    }),
  );
}

/** The request for an operation with the properties of its fixture. */
export function requestOf({ id, fixture: { objectType, properties } }: TriedOperation) {
  return { operation: id, properties, ...(objectType === undefined ? {} : { objectType }) };
}

/** The class that the plugin chooses for the properties of the fixture, with their defaults, as a runtime has it choose. */
export async function classOf(
  plugin: ConnectorPlugin,
  { id, descriptor, fixture }: TriedOperation,
): Promise<Constructor<Operation> | undefined> {
  const properties = structuredClone(fixture.properties) as Properties;
  compileSchema(descriptor.properties)(properties);
  return plugin.operations[id]?.(properties);
}

/** Operations that work on an object type. */
export function typed(trial: { operations(): readonly TriedOperation[] }): readonly TriedOperation[] {
  return trial
    .operations()
    .filter(({ descriptor, fixture }) => descriptor.objectType === 'required' && fixture.objectType !== undefined);
}

/** As `typed`, for checks that are about nothing else. Throws a `NotApplicable` where there are none. */
export function someTyped(trial: { operations(): readonly TriedOperation[] }): readonly TriedOperation[] {
  const found = typed(trial);
  if (found.length === 0) throw new NotApplicable('no operation works on an object type');
  return found;
}

/** The first operation of each effect, reads first: what holds for one of them mostly holds for its kind. */
export function oneOfEachEffect(trial: {
  reads(): readonly TriedOperation[];
  writes(): readonly TriedOperation[];
}): readonly TriedOperation[] {
  const all = [...trial.reads(), ...trial.writes()];
  return all.filter(
    ({ descriptor }, index) => all.findIndex((one) => one.descriptor.effect === descriptor.effect) === index,
  );
}
