import type { JsonSchema } from '@connector-runtime/core';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Compiles a schema as a runtime does (ajv, strict, draft 2020-12); throws where it cannot. The function gives what is wrong with a value, or nothing. */
export function compileSchema(schema: JsonSchema): (value: unknown) => string | undefined {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    useDefaults: true,
    allowUnionTypes: true,
  });
  ajv.addKeyword({ keyword: 'x-dynamic', schemaType: 'boolean' });
  ajv.addFormat('password', true);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
}
