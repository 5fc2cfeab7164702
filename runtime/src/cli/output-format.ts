import type { OperationDescriptor } from '@connector-runtime/core';
import { UsageError } from './exit-codes.js';

export const OUTPUT_FORMATS = ['ndjson', 'xml', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const EXTENSIONS: readonly (readonly [mediaType: string, extension: string])[] = [
  ['application/xml', 'xml'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
];

/** Throws a {@link UsageError} where an operation gives no bodies of this format; all events is always possible. */
export function mustGive(descriptor: OperationDescriptor, format: OutputFormat): void {
  const given = [descriptor, ...(descriptor.variants ?? [])].flatMap(({ emits }) => emits ?? []);
  if (format === 'ndjson' || given.some((mediaType) => extensionOf(mediaType) === format)) return;
  throw new UsageError(
    `--output-format ${format}: ${descriptor.id} gives ${[...new Set(given)].join(', ') || 'no documents'}; use ndjson`,
  );
}

/** Of a file of this media type, where it is one of ours. */
export function extensionOf(mediaType: string | undefined): string | undefined {
  return EXTENSIONS.find(([known]) => mediaType?.startsWith(known))?.[1];
}
