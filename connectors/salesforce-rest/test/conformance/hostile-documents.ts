import type { OperationFixture } from '@connector-runtime/conformance-tests';
import type { ArticleForm } from './article-forms.js';

const LEVELS = 100_000;

type Hostile = NonNullable<OperationFixture['hostile']>;

const JSON_DOCUMENTS: Readonly<Record<string, string>> = {
  '100,000 nested levels': `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`,
  '100,000 open brackets': `{"a":${'['.repeat(LEVELS)}`,
  'a name of the prototype': '{"__proto__":{"Note__c":"x"},"constructor":{"prototype":{"Note__c":"x"}}}',
  'a name twice': '{"Id":"a","Id":"b","Note__c":"x","Note__c":"y"}',
};

const XML_DOCUMENTS: Readonly<Record<string, string>> = {
  'an entity bomb': `<!DOCTYPE records [${bomb()}]><records><Note__c>&e9;</Note__c></records>`,
  'an external entity': external('file:///etc/hostname'),
  'an external entity of the network': external('http://127.0.0.1:1/secret'),
  '100,000 nested levels': `${'<a>'.repeat(LEVELS)}${'</a>'.repeat(LEVELS)}`,
};

// Made once: some have megabytes, and there is a fixture for each of hundreds of orgs.
const JSON_SAMPLES = samplesOf('application/json', JSON_DOCUMENTS);
const XML_SAMPLES = samplesOf('application/xml', XML_DOCUMENTS);
const TABLES = samplesOf('text/csv', {
  'a quote that never closes': `"Name"\n"${'""'.repeat(1_000_000)}`,
  'names of JavaScript for columns': '"__proto__","constructor"\n"1","2"\n',
  'ten thousand columns': `${'a,'.repeat(10_000)}a\n`,
});

/** Documents that mean harm to who reads them carelessly. */
export function hostileDocuments({ mediaType }: ArticleForm): Hostile {
  return mediaType === 'application/json' ? JSON_SAMPLES : XML_SAMPLES;
}

/** The same for CSV. */
export function hostileTables(): Hostile {
  return TABLES;
}

function samplesOf(mediaType: string, documents: Readonly<Record<string, string>>): Hostile {
  return Object.entries(documents).map(([name, text]) => ({
    name,
    sample: { key: 'hostile', mediaType, body: Buffer.from(text) },
  }));
}

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`);
  return `<!ENTITY e0 "ten to the ninth">${levels.join('')}`;
}

function external(address: string): string {
  return `<!DOCTYPE records [<!ENTITY e SYSTEM "${address}">]><records><Note__c>&e;</Note__c></records>`;
}
