import type { FieldDescribe } from '../describe/sobject-describe.js';

const NUMBERS = new Set(['int', 'double', 'currency', 'percent']);

/** A record's id such that its forms of 15 and 18 characters are equal. Case counts in the first 15. */
export function comparableId(id: string): string {
  return id.slice(0, 15);
}

/** A value of an external id such that two that the service may take for one are equal: text without regard to case, numbers by what they are. */
export function comparableKey(field: FieldDescribe, value: string): string {
  const text = value.trim();
  if (field.type === 'id') return comparableId(text);
  if (NUMBERS.has(field.type) && Number.isFinite(Number(text)) && text !== '') return String(Number(text));
  return text.toLowerCase();
}
