import type { OperationDescriptor } from '@connector-runtime/core';
import { UsageError } from './exit-codes.js';

export const OUTPUT_FORMATS = ['ndjson', 'xml', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const EXTENSIONS: readonly (readonly [mediaType: string, extension: string])[] = [
  ['application/xml', 'xml'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
];

/** Throws a {@link UsageError} where an operation, as its component configures it, gives no bodies of this format; all events is always possible. */
export function mustGive({ id, emits }: OperationDescriptor, format: OutputFormat): void {
  if (format === 'ndjson' || emits.some((mediaType) => extensionOf(mediaType) === format)) return;
  const given = emits.join(', ') || 'no documents';
  throw new UsageError(`--output-format ${format}: ${id}, as it is configured, gives ${given}; use ndjson`);
}

/** Of a file of this media type, where it is one of ours. */
export function extensionOf(mediaType: string | undefined): string | undefined {
  return EXTENSIONS.find(([known]) => mediaType?.startsWith(known))?.[1];
}
