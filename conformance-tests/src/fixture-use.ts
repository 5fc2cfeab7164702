import type { ConnectorPlugin, OperationDescriptor } from '@connector-runtime/core';
import { SubjectError, Unproven } from './findings.js';
import { dynamicNames } from './needs.js';
import type { Fixture, OperationFixture } from './subject.js';
import { type TriedOperation, triedOperations } from './tried-operation.js';

/** What a service gives at once where the fixture does not say. */
const DEFAULT_PAGE_ROWS = 10;

/** Is there any sense in the member, for an operation like this? */
function mayHave(name: keyof OperationFixture, { effect, properties }: OperationDescriptor): boolean {
  if (name === 'dynamic') return dynamicNames(properties).length > 0;
  if (name === 'rowData') return effect === 'read';
  if (name === 'bad' || name === 'itemsIn') return effect !== 'read';
  // Documents of the others say at most which record they are about.
  return effect !== 'read' && effect !== 'delete';
}

/** What a check has of its plugin and its fixture: the operations, and the members that prove more. */
export class FixtureUse {
  /** By member of the fixture, the operations that the check went by for want of it. */
  protected readonly leftOut = new Map<string, readonly string[]>();

  constructor(
    readonly plugin: ConnectorPlugin,
    readonly fixture: Fixture,
  ) {}

  get hasOwnSockets(): boolean {
    return this.plugin.manifest.egress === 'own';
  }

  /** Every operation and variant that the manifest names; a fixture that lacks one is the subject's error. */
  operations(): readonly TriedOperation[] {
    return triedOperations(this.plugin.manifest, this.fixture);
  }

  operation(key: string): TriedOperation {
    const found = this.operations().find((operation) => operation.key === key);
    if (found === undefined) throw new SubjectError(`the manifest has no operation ${key}`);
    return found;
  }

  reads(): readonly TriedOperation[] {
    return this.operations().filter(({ descriptor }) => descriptor.effect === 'read');
  }

  writes(): readonly TriedOperation[] {
    return this.operations().filter(({ descriptor }) => descriptor.effect !== 'read');
  }

  /** For checks whose reads need more of the fixture than it may have: what breaks the rule before that is seen all the same. */
  readsLast(): readonly TriedOperation[] {
    return [...this.writes(), ...this.reads()];
  }

  /** An optional member of the fixture; without it the check is unproven. */
  need<Name extends 'useGate' | 'seedRows' | 'seedObjectTypes' | 'stallJob' | 'expireSession'>(
    name: Name,
  ): NonNullable<Fixture[Name]> {
    const member = this.fixture[name];
    if (member === undefined) throw new Unproven(`add \`${name}\` to the fixture`);
    return (member as (...args: never[]) => unknown).bind(this.fixture) as NonNullable<Fixture[Name]>;
  }

  /** Has the service hold at least so many rows that the operation reads; the keys. Of one that looks up what its documents name there are none. */
  async seedRows({ id, key, fixture }: TriedOperation, n: number): Promise<readonly string[]> {
    if (fixture.looksUp === true) return [];
    const keys = await this.need('seedRows')(id, n);
    const count = new Set(keys).size;
    if (count < n || count < keys.length)
      throw new SubjectError(
        `\`seedRows\` of ${key} was asked for ${n} rows and names ${count}; it must make them all, and name each once`,
      );
    return keys;
  }

  /** So many full pages, and one row more. */
  async seedPages(operation: TriedOperation, pages: number): Promise<readonly string[]> {
    return this.seedRows(operation, pages * (operation.fixture.pageRows ?? DEFAULT_PAGE_ROWS) + 1);
  }

  /** The operations whose fixture has the member; without any the check is unproven. Those that are left out though they may have it are kept for the check's report. */
  withMember<Name extends keyof OperationFixture>(
    name: Name,
    among: readonly TriedOperation[] = this.operations(),
  ): readonly (TriedOperation & { readonly member: NonNullable<OperationFixture[Name]> })[] {
    const having = among.flatMap((operation) => {
      const member = operation.fixture[name];
      const isThere = member !== undefined && !(Array.isArray(member) && member.length === 0);
      return !isThere ? [] : [{ ...operation, member: member as NonNullable<OperationFixture[Name]> }];
    });
    if (having.length === 0) throw new Unproven(`add \`${name}\` to the fixture of an operation`);
    const left = among.filter(
      ({ key, descriptor }) => mayHave(name, descriptor) && !having.some((one) => one.key === key),
    );
    if (left.length > 0)
      this.leftOut.set(
        name,
        left.map(({ key }) => key),
      );
    return having;
  }
}
