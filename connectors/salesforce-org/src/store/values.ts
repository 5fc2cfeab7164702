/** A compound address, as an answer shows it. */
export interface Address {
  readonly city: string | null;
  readonly country: string | null;
  readonly geocodeAccuracy: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly postalCode: string | null;
  readonly state: string | null;
  readonly street: string | null;
}

/**
 * What a field holds. Text, ids, picklists: string; a multi-select picklist is `a;b`; numbers: number; a date is `2024-01-31`,
 * a time `14:30:00.000Z`, a datetime its milliseconds since 1970. Empty text is null.
 */
export type Value = string | number | boolean | null | Address;
