import type { FieldSpec, ReadField } from '../object-spec.js';
import type { Address, Value } from '../values.js';
import { CITIES, COUNTRIES, STREETS } from './words.js';

const text = (value: Value): string | null => (typeof value === 'string' ? value : null);
const number = (value: Value): number | null => (typeof value === 'number' ? value : null);

/** The compound address of a record; null where it has no part of one. */
export function addressOf(prefix: string, read: ReadField): Address | null {
  const address = {
    city: text(read(`${prefix}City`)),
    country: text(read(`${prefix}Country`)),
    geocodeAccuracy: null,
    latitude: number(read(`${prefix}Latitude`)),
    longitude: number(read(`${prefix}Longitude`)),
    postalCode: text(read(`${prefix}PostalCode`)),
    state: text(read(`${prefix}State`)),
    street: text(read(`${prefix}Street`)),
  };
  return Object.values(address).some((part) => part !== null) ? address : null;
}

/** The parts of an address and the compound field over them, for a prefix such as `Billing`. `seeded`: percent of records that have one. */
export function addressFields(prefix: string, seeded: number): FieldSpec[] {
  const compound = `${prefix}Address`;
  const seed =
    (make: NonNullable<FieldSpec['seed']>): NonNullable<FieldSpec['seed']> =>
    (row) => {
      const salt = row.salt;
      row.salt = prefix.length;
      const value = row.chance(seeded, 11) ? make(row) : null;
      row.salt = salt;
      return value;
    };
  return [
    { name: `${prefix}Street`, type: 'textarea', length: 255, compound, seed: seed((row) => row.pick(STREETS, 1)) },
    { name: `${prefix}City`, type: 'string', length: 40, compound, seed: seed((row) => row.pick(CITIES, 2)) },
    { name: `${prefix}State`, type: 'string', length: 80, compound },
    {
      name: `${prefix}PostalCode`,
      type: 'string',
      length: 20,
      compound,
      seed: seed((row) => String(10000 + row.number(89999, 3))),
    },
    { name: `${prefix}Country`, type: 'string', length: 80, compound, seed: seed((row) => row.pick(COUNTRIES, 2)) },
    { name: `${prefix}Latitude`, type: 'double', precision: 18, scale: 15, compound },
    { name: `${prefix}Longitude`, type: 'double', precision: 18, scale: 15, compound },
    {
      name: compound,
      type: 'address',
      readOnly: true,
      compute: (read) => addressOf(prefix, read),
    },
  ];
}
