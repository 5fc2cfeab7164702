import type { CallContext } from '@connector-runtime/core';
import type { DescribeCache } from '../describe/describe-cache.js';
import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { inputElement, writableFields } from './field-elements.js';
import type { ModelElement, ObjectModel, RecordType } from './object-model.js';

/** The document that creates trees of records, with so many levels of child records below the roots. */
export async function treeModel(
  describe: SObjectDescribe,
  levels: number,
  describes: DescribeCache,
  context: CallContext,
): Promise<ObjectModel> {
  const builder = new TreeModelBuilder(describes, context);
  const rootType = await builder.add(describe, levels, true);
  return { root: 'SObjectTreeRequest', rootType, direction: 'input', isTree: true, types: builder.types };
}

class TreeModelBuilder {
  private readonly byName = new Map<string, RecordType | undefined>();

  constructor(
    private readonly describes: DescribeCache,
    private readonly context: CallContext,
  ) {}

  get types(): readonly RecordType[] {
    return [...this.byName.values()].filter((type) => type !== undefined);
  }

  /** The name of the type for records with so many levels below them; made where it is new. */
  async add(describe: SObjectDescribe, levels: number, isRoot: boolean): Promise<string> {
    const name = isRoot ? describe.name : `${describe.name}_child${levels === 0 ? '' : `_${levels}`}`;
    if (this.byName.has(name)) return name;
    this.byName.set(name, undefined);
    const elements = new Map<string, ModelElement>();
    for (const field of writableFields(describe, 'create')) {
      const element = inputElement(field, 'create');
      // What leads to the parent is set by where the record stands.
      elements.set(field.name, isRoot || field.type !== 'reference' ? element : { ...element, required: false });
    }
    for (const [relationship, child] of levels > 0 ? await this.childrenOf(describe) : []) {
      elements.set(relationship, {
        name: relationship,
        documentation: `Child records: ${child.name}`,
        required: false,
        nillable: false,
        content: { kind: 'list', type: await this.add(child, levels - 1, false) },
      });
    }
    this.byName.set(name, { name, elements: [...elements.values()] });
    return name;
  }

  /** Describes of the child records that the user can see and create, by the name of their list. */
  private async childrenOf({ children }: SObjectDescribe): Promise<readonly (readonly [string, SObjectDescribe])[]> {
    const found = await Promise.all(
      children.map(async ({ relationshipName, childSObject }) => {
        const visible = await this.describes.describeVisible([childSObject], this.context);
        return visible.filter(({ createable }) => createable).map((child) => [relationshipName, child] as const);
      }),
    );
    return found.flat();
  }
}
