import { setImmediate as loopTurn } from 'node:timers/promises';
import type { CallContext } from '@connector-runtime/core';
import type { DescribeCache } from '../describe/describe-cache.js';
import { asParents, type FieldDescribe, lookupTargets, type SObjectDescribe } from '../describe/sobject-describe.js';
import { parseFieldPath } from '../soql/field-path.js';
import { outputElement } from './field-elements.js';
import type { ElementContent, ModelElement, ObjectModel, RecordType } from './object-model.js';

/** A lookup that leads to more object types than this is left open in the schema: each costs a describe. */
const MAX_TARGETS = 100;

/** So many object types name the type for their records; of more, the others are counted. */
const MAX_NAMED = 6;

/** Which relations a record is read with. */
export interface Reach {
  /** Levels of parents. */
  readonly parents: number;
  /** 0: no child records; 1: with their fields; 2: with their direct parents too. */
  readonly children: number;
  /** Relations that the selected fields go over, whatever the levels say. */
  readonly selected: Selected;
}

/** Relations by name in lower case. */
export interface Selected {
  readonly parents: Map<string, Selected>;
  readonly children: Map<string, Selected>;
}

/** The relations that field paths go over. Paths that are none are left to the operation to refuse. */
export function selectedBy(fields: readonly string[]): Selected {
  const top = nothingSelected();
  for (const path of fields) {
    const { children, parents } = parseFieldPath(path, '/fields');
    let at = top;
    for (const name of children) at = stepInto(at.children, name);
    for (const name of parents) at = stepInto(at.parents, name);
  }
  return top;
}

function nothingSelected(): Selected {
  return { parents: new Map(), children: new Map() };
}

function stepInto(relations: Map<string, Selected>, name: string): Selected {
  const known = relations.get(name.toLowerCase()) ?? nothingSelected();
  relations.set(name.toLowerCase(), known);
  return known;
}

/** The record that a query gives. */
export async function queryModel(
  describe: SObjectDescribe,
  reach: Reach,
  describes: DescribeCache,
  context: CallContext,
): Promise<ObjectModel> {
  const builder = new OutputModelBuilder(describes, context);
  const rootType = await builder.add([describe], reach, [describe.name]);
  return { root: 'records', rootType, direction: 'output', types: builder.types };
}

/** The record that an update with read-back gives, or a result where it was refused or could not be read back. */
export function recordModel(describe: SObjectDescribe): ObjectModel {
  const type = { name: describe.name, elements: describe.fields.map(outputElement) };
  return { root: describe.name, rootType: describe.name, direction: 'output', mayBeResult: true, types: [type] };
}

class OutputModelBuilder {
  private readonly names = new Map<string, string>();
  private readonly built: (RecordType | undefined)[] = [];

  constructor(
    private readonly describes: DescribeCache,
    private readonly context: CallContext,
  ) {}

  get types(): readonly RecordType[] {
    return this.built.filter((type) => type !== undefined);
  }

  /** The name of the type for records of one of these object types with that reach; made where it is new. `holders`: those of the object types that the user can see. */
  async add(holders: readonly SObjectDescribe[], reach: Reach, objectTypes: readonly string[]): Promise<string> {
    const names = holders.map(({ name }) => name);
    const key = JSON.stringify([names, objectTypes, reach.parents, reach.children, plain(reach.selected)]);
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const taken = new Set(this.names.values());
    const objectType = typeNameOf(names);
    let name = objectType;
    for (let number = 2; taken.has(name); number += 1) name = `${objectType}_${number}`;
    this.names.set(key, name);
    const place = this.built.push(undefined) - 1;
    this.built[place] = { name, elements: await this.elements(holders, reach) };
    // What is known needs no waiting, and there may be hundreds of types.
    await loopTurn();
    this.context.signal.throwIfAborted();
    return name;
  }

  private async elements(holders: readonly SObjectDescribe[], reach: Reach): Promise<readonly ModelElement[]> {
    const own = ownElements(holders);
    if (!leadsOn(reach)) return own;
    const elements = new Map(own.map((element) => [element.name, element]));
    await this.addParents(holders, reach, elements);
    await this.addChildren(holders, reach, elements);
    return [...elements.values()];
  }

  private async addParents(
    holders: readonly SObjectDescribe[],
    reach: Reach,
    elements: Map<string, ModelElement>,
  ): Promise<void> {
    const lookups = new Map<string, FieldDescribe>();
    for (const field of holders.flatMap(({ fields }) => fields)) {
      const { relationshipName } = field;
      if (relationshipName === '' || field.referenceTo.length === 0 || lookups.has(relationshipName)) continue;
      const isReached = reach.parents > 0 || reach.selected.parents.has(relationshipName.toLowerCase());
      if (isReached) lookups.set(relationshipName, field);
    }
    const targets = await Promise.all([...lookups.keys()].map((name) => this.targets(lookupTargets(holders, name))));
    for (const [index, field] of [...lookups.values()].entries()) {
      const name = field.relationshipName;
      const selected = reach.selected.parents.get(name.toLowerCase()) ?? nothingSelected();
      const below = { parents: Math.max(0, reach.parents - 1), children: 0, selected };
      const found = targets[index] ?? [];
      const named = lookupTargets(holders, name);
      const content: ElementContent =
        found.length === 0 ? { kind: 'open' } : { kind: 'record', type: await this.add(found, below, named) };
      const cut =
        named.length > MAX_TARGETS
          ? `; left open, for these are ${named.length} object types and a schema holds ${MAX_TARGETS} of a lookup`
          : '';
      elements.set(name, relation(name, `${named.join(' or ')} of ${field.name}${cut}`, content));
    }
  }

  private async addChildren(
    holders: readonly SObjectDescribe[],
    reach: Reach,
    elements: Map<string, ModelElement>,
  ): Promise<void> {
    const reached = holders
      .flatMap(({ children }) => children)
      .filter(
        ({ relationshipName }) => reach.children > 0 || reach.selected.children.has(relationshipName.toLowerCase()),
      );
    const targets = await Promise.all(reached.map(({ childSObject }) => this.targets([childSObject])));
    for (const [index, { relationshipName, childSObject }] of reached.entries()) {
      const found = targets[index] ?? [];
      const selected = reach.selected.children.get(relationshipName.toLowerCase()) ?? nothingSelected();
      const below = { parents: reach.children > 1 ? 1 : 0, children: 0, selected };
      const content: ElementContent =
        found.length === 0 ? { kind: 'open' } : { kind: 'list', type: await this.add(found, below, [childSObject]) };
      elements.set(relationshipName, relation(relationshipName, `Child records: ${childSObject}`, content));
    }
  }

  /** Describes of the object types that the user can see; none where there are too many of them. */
  private async targets(objectTypes: readonly string[]): Promise<readonly SObjectDescribe[]> {
    if (objectTypes.length > MAX_TARGETS) return [];
    return asParents(await this.describes.describeVisible(objectTypes, this.context), objectTypes);
  }
}

/** The fields of the object types; one that two have of different kinds is left open. */
function ownElements(holders: readonly SObjectDescribe[]): readonly ModelElement[] {
  const [first, ...others] = holders.map(({ fields }) => fields.map(outputElement));
  if (first === undefined || others.length === 0) return first ?? [];
  const elements = new Map(first.map((element) => [element.name, element]));
  for (const element of others.flat()) {
    const other = elements.get(element.name);
    const isOfTwoKinds = other !== undefined && JSON.stringify(other.content) !== JSON.stringify(element.content);
    elements.set(element.name, isOfTwoKinds ? { ...element, content: { kind: 'open' } } : element);
  }
  return [...elements.values()];
}

function typeNameOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return more > 0 ? `${names.slice(0, MAX_NAMED).join('_or_')}_or_${more}_more` : names.join('_or_');
}

function leadsOn({ parents, children, selected }: Reach): boolean {
  return parents > 0 || children > 0 || selected.parents.size > 0 || selected.children.size > 0;
}

function relation(name: string, documentation: string, content: ElementContent): ModelElement {
  return { name, documentation, required: false, nillable: true, content };
}

/** For comparing; maps have no JSON of their own. */
function plain(selected: Selected): unknown {
  const listed = (relations: Map<string, Selected>) =>
    [...relations.keys()].toSorted().map((name) => [name, plain(relations.get(name) ?? nothingSelected())]);
  return [listed(selected.parents), listed(selected.children)];
}
