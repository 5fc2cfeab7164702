import type { OperationFixture, Sample } from '@connector-runtime/conformance-tests';

const LEVELS = 100_000;

/** XML that means harm to who reads it carelessly. */
export function hostileDocuments(): NonNullable<OperationFixture['hostile']> {
  return [
    {
      name: 'an entity bomb',
      sample: sample(`<!DOCTYPE records [${bomb()}]><records><Note__c>&e9;</Note__c></records>`),
    },
    { name: 'an external entity', sample: sample(external('file:///etc/hostname')) },
    { name: 'an external entity of the network', sample: sample(external('http://127.0.0.1:1/secret')) },
    { name: '100,000 nested levels', sample: sample(`${'<a>'.repeat(LEVELS)}${'</a>'.repeat(LEVELS)}`) },
  ];
}

/** The same for CSV. */
export function hostileTables(): NonNullable<OperationFixture['hostile']> {
  const table = (text: string): Sample => ({ key: 'hostile', mediaType: 'text/csv', body: Buffer.from(text) });
  return [
    { name: 'a quote that never closes', sample: table(`"Name"\n"${'""'.repeat(1_000_000)}`) },
    { name: 'names of JavaScript for columns', sample: table('"__proto__","constructor"\n"1","2"\n') },
    { name: 'ten thousand columns', sample: table(`${'a,'.repeat(10_000)}a\n`) },
  ];
}

function sample(text: string): Sample {
  return { key: 'hostile', mediaType: 'application/xml', body: Buffer.from(text) };
}

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`);
  return `<!ENTITY e0 "ten to the ninth">${levels.join('')}`;
}

function external(address: string): string {
  return `<!DOCTYPE records [<!ENTITY e SYSTEM "${address}">]><records><Note__c>&e;</Note__c></records>`;
}
