import { checkConfiguredHeaders, documentHeaders } from '#src/operations/document-headers.js';

describe('headers of a document', () => {
  test("replace the connector's own and add the assignment rule", () => {
    const headers = documentHeaders(
      { accept: 'application/xml', 'sforce-query-options': 'batchSize=200' },
      { restHeaders: { 'Sforce-Query-Options': 'batchSize=300', 'X-A': '1' }, assignmentRuleId: ' TRUE ' },
    );

    expect(headers).toEqual({
      accept: 'application/xml',
      'sforce-query-options': 'batchSize=300',
      'x-a': '1',
      'sforce-auto-assign': 'TRUE',
    });
  });

  test.each(['Accept', 'content-type', 'Authorization', 'host', 'Content-Length', 'COOKIE', 'Transfer-Encoding'])(
    'must not set %s',
    (name) => {
      expect(() => documentHeaders({}, { restHeaders: { [name]: 'x' } })).toThrow(
        expect.objectContaining({
          info: expect.objectContaining({ category: 'validation', path: `/restHeaders/${name}` }),
        }),
      );
      expect(() => checkConfiguredHeaders({ restHeaders: { [name]: 'x' } })).toThrow(
        expect.objectContaining({ info: expect.objectContaining({ category: 'config' }) }),
      );
    },
  );
});
