// What a document or an answer may ask of a reader, beside its depth. Far above what the service itself makes or takes.

export const MAX_ATTRIBUTES_PER_ELEMENT = 64;
export const MAX_NAME_LENGTH = 512;
/** Characters of all namespaces that one tag declares: those of a root stand in each of its records. */
export const MAX_DECLARED_LENGTH = 4_096;
/** Of what is read into a tree. */
export const MAX_ELEMENTS_IN_TREE = 20_000;
