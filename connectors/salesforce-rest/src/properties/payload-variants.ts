import type { JsonSchema, OperationVariant } from '@connector-runtime/core';

const IS_JSON = {
  type: 'object',
  required: ['payloadFormat'],
  properties: { payloadFormat: { const: 'json' } },
} as const satisfies JsonSchema;

/**
 * The variants of an operation whose documents may be JSON: each given one also as `<id>-json`, and `json` for the operation itself.
 * Those in JSON stand first, for the first whose `when` holds is taken. `media`: what they accept and emit in JSON.
 */
export function inJsonToo(
  media: Pick<OperationVariant, 'accepts' | 'emits'>,
  variants: readonly OperationVariant[] = [],
): readonly OperationVariant[] {
  const inJson = variants.map((variant) => ({
    ...variant,
    ...media,
    id: `${variant.id}-json`,
    when: { allOf: [variant.when, IS_JSON] } as JsonSchema,
  }));
  return [...inJson, ...variants, { id: 'json', when: IS_JSON, ...media }];
}
