/** What is wrong with a document, or nothing. */
export type Validate = (document: string) => Promise<string | undefined>;

/** libxml2, as WebAssembly: a real validator that needs no program on the machine. Throws where the schema itself is not accepted. */
export async function xmlSchemaValidator(schema: string): Promise<Validate> {
  const { validateXML } = await import('xmllint-wasm');
  const validate = async (document: string) => {
    const { valid, errors } = await validateXML({
      xml: [{ fileName: 'document.xml', contents: document }],
      schema: [{ fileName: 'schema.xsd', contents: schema }],
    });
    return valid ? undefined : errors.map(({ message }) => message).join('; ');
  };
  // A document that is surely none of it: only a schema that does not compile throws.
  await validate('<none xmlns="urn:none"/>');
  return validate;
}
