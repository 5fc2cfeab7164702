/** What one document is made of, independent of how a schema is written. Both writers start from it. */
export interface ObjectModel {
  /** Name of the document's root element. */
  readonly root: string;
  /** Name of the root's record type. */
  readonly rootType: string;
  readonly direction: 'input' | 'output';
  /** The root holds several `records` of the root's type, and each record a `referenceId`. */
  readonly isTree?: true;
  /** What was refused has a `Result` in place of the record. */
  readonly mayBeResult?: true;
  readonly types: readonly RecordType[];
}

export interface RecordType {
  /** Unique in the model; the object type's name, numbered where one occurs in several forms. */
  readonly name: string;
  readonly elements: readonly ModelElement[];
}

export interface ModelElement {
  readonly name: string;
  readonly documentation: string;
  readonly required: boolean;
  readonly nillable: boolean;
  readonly content: ElementContent;
}

export type ElementContent =
  | { readonly kind: 'value'; readonly value: ValueType; readonly maxLength?: number }
  /** A parent record. */
  | { readonly kind: 'record'; readonly type: string }
  /** A list of child records. */
  | { readonly kind: 'list'; readonly type: string }
  /** A parent record named by one of its external ids. */
  | { readonly kind: 'key' }
  | { readonly kind: 'compound'; readonly parts: readonly CompoundPart[] }
  /** Anything: a lookup that leads to more object types than a schema can hold. */
  | { readonly kind: 'open' };

export type ValueType =
  | 'text'
  | 'id'
  | 'boolean'
  | 'integer'
  | 'long'
  | 'number'
  | 'date'
  | 'datetime'
  | 'time'
  | 'base64';

export interface CompoundPart {
  readonly name: string;
  readonly value: ValueType;
}

export const ADDRESS_PARTS: readonly CompoundPart[] = [
  { name: 'city', value: 'text' },
  { name: 'country', value: 'text' },
  { name: 'countryCode', value: 'text' },
  { name: 'geocodeAccuracy', value: 'text' },
  { name: 'latitude', value: 'number' },
  { name: 'longitude', value: 'number' },
  { name: 'postalCode', value: 'text' },
  { name: 'state', value: 'text' },
  { name: 'stateCode', value: 'text' },
  { name: 'street', value: 'text' },
];

export const LOCATION_PARTS: readonly CompoundPart[] = [
  { name: 'latitude', value: 'number' },
  { name: 'longitude', value: 'number' },
];
