import path from 'node:path';
import type { JsonSchema } from '@connector-runtime/core';
import manifestSchema from '@connector-runtime/core/manifest.schema.json';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { PropertyValidator } from './property-validator.js';

let validator: PropertyValidator | undefined;

/** Checks manifests. Its schema was compiled ahead, by `scripts/compile-manifest-schema.mjs`: compiling it takes a fifth of a cold start. */
export function manifestValidator(): PropertyValidator {
  if (validator === undefined) {
    const compiled = require(path.join(__dirname, 'compiled-manifest-schema.js')) as ValidateFunction;
    validator = new PropertyValidator('manifest', manifestSchema as JsonSchema, compiled);
  }
  return validator;
}
