import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService } from '../raw-service.js';
import { THINGS } from './described-things.js';

export type Properties = Readonly<Record<string, Json>>;

/** The schema of a document in both forms, parted by record type. */
export interface Schemas {
  readonly xsd: string;
  readonly definitions: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>;
  readonly root: Readonly<Record<'xsd' | 'json-schema', string>>;
}

/** A record type's part of the XSD; empty where it has none. */
export function typeIn({ xsd }: Schemas, name: string): string {
  return new RegExp(`^  <xs:complexType name="${name}\\.record">$.*?^  </xs:complexType>$`, 'ms').exec(xsd)?.[0] ?? '';
}

/** A member's part of the XSD, on one line. */
export function elementIn(schemas: Schemas, type: string, name: string): string {
  const element = new RegExp(`^ {6}<xs:element name="${name}"[^>]*?(?:/>$|>$.*?^ {6}</xs:element>$)`, 'ms');
  return (element.exec(typeIn(schemas, type))?.[0] ?? '').replace(/\n\s*/g, '').trim();
}

/** The names of a record type's members, once both forms agree on them. */
export function membersOf(schemas: Schemas, type: string): readonly string[] {
  const inXsd = [...typeIn(schemas, type).matchAll(/^ {6}<xs:element name="(\w+)"/gm)].map(([, name]) => name ?? '');
  const inJson = Object.keys(schemas.definitions[type]?.properties ?? {}).filter((name) => name !== 'attributes');
  expect(inJson).toEqual(inXsd);
  return inXsd;
}

/** A connection to a service that describes {@link THINGS}. */
export class DescribedService {
  private constructor(
    private readonly service: RawService,
    private readonly runtime: ConnectorRuntime,
    readonly connection: RuntimeConnection,
  ) {}

  static async start(): Promise<DescribedService> {
    const service = await RawService.start(({ path }) => {
      if (path.endsWith('/sobjects')) return json({ sobjects: THINGS });
      const name = /\/sobjects\/(\w+)\/describe$/.exec(path)?.[1];
      if (name === undefined) return 'default';
      const found = THINGS.find((thing) => thing['name'] === name);
      return found === undefined ? json([{ errorCode: 'NOT_FOUND', message: 'no such object' }], 404) : json(found);
    });
    const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
    return new DescribedService(service, runtime, connection);
  }

  async schemasOf(
    operation: string,
    role: 'input' | 'output',
    objectType: string,
    properties: Properties = {},
  ): Promise<Schemas> {
    const described = async (format: 'xsd' | 'json-schema') =>
      this.connection.describe({ operation, objectType, role, format, properties });
    const [xsd, other] = [await described('xsd'), await described('json-schema')];
    return {
      xsd: xsd.schema,
      definitions: JSON.parse(other.schema).$defs,
      root: { xsd: xsd.root, 'json-schema': other.root },
    };
  }

  async stop(): Promise<void> {
    await this.runtime.close();
    await this.service.stop();
  }
}
