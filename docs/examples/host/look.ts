import type { RuntimeConnection } from '@connector-runtime/runtime';

// #region test
/** A line for each finding. */
export async function testLines(connection: RuntimeConnection): Promise<readonly string[]> {
  const findings = await connection.test({ deadlineMs: 30_000 });
  return findings.map(({ name, ok, warning, message = '' }) => {
    const verdict = ok ? (warning === true ? 'WARNING' : 'ok') : 'FAILED';
    return `${verdict} ${name} ${message}`.trimEnd();
  });
}
// #endregion

// #region browse
/** The object types that a search finds, and the schema and fields of one. */
export async function browse(connection: RuntimeConnection, search: string, objectType: string) {
  const types: string[] = [];
  for await (const { id } of connection.objectTypes({ operation: 'create', search })) types.push(id);

  const input = { operation: 'create', objectType, role: 'input', format: 'json-schema' } as const;
  const { schema } = await connection.describe(input);

  const fields: string[] = [];
  for await (const { name, can } of connection.fields({ operation: 'query', objectType, path: [] }))
    if (can.includes('filter')) fields.push(name);
  return { types, schema, fields };
}
// #endregion
