/** What the field with a record's id may be called, as the source of a pattern: to the service, names of fields are equal in any case. */
export const ID_NAME = '[Ii][Dd]';

const ID = new RegExp(`^${ID_NAME}$`);

/** Is this the name of the field with a record's id? */
export function isIdName(name: string): boolean {
  return ID.test(name);
}
