import type { JsonSchema } from '@connector-runtime/core';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Holds schemas against the draft: one for all, for another would have to compile the draft's own schema again. */
const DRAFT = new Ajv2020();

/** Compiles a schema as a runtime does (ajv, strict, draft 2020-12); throws where it cannot. The function gives what is wrong with a value, or nothing; with `useDefaults` it puts defaults into the value, as of configurations. */
export function compileSchema(schema: JsonSchema, { useDefaults = true } = {}): (value: unknown) => string | undefined {
  if (DRAFT.validateSchema(schema) !== true) throw new Error(`schema is invalid: ${DRAFT.errorsText()}`);
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    useDefaults,
    allowUnionTypes: true,
    validateSchema: false,
  });
  ajv.addKeyword({ keyword: 'x-dynamic', schemaType: 'boolean' });
  ajv.addFormat('password', true);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
}
