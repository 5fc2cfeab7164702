const ID = /^[Ii][Dd]$/;

/** Is this the name of the field with a record's id? To the service, names of fields are equal in any case. */
export function isIdName(name: string): boolean {
  return ID.test(name);
}
