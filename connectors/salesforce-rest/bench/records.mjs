// The records that every contestant reads and writes: 12 fields, decided by the number of the record.
export const FIELDS = [
  'Id',
  'Name',
  'Type',
  'Phone',
  'AccountNumber',
  'Website',
  'Industry',
  'AnnualRevenue',
  'NumberOfEmployees',
  'BillingCity',
  'Rating',
  'OwnerId',
];
/** What a write sends: all but the id. */
export const WRITTEN = FIELDS.slice(1);

const TYPES = ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Partner'];
const CITIES = ['Zürich', 'San José', 'Kraków', 'Lyon', "L'Aquila"];

export const idOf = (number) => `001Lo0${String(number).padStart(9, '0')}IAA`;

export function recordOf(number) {
  return {
    Id: idOf(number),
    Name: `Account ${number} & "Sons", Ltd`,
    Type: TYPES[number % TYPES.length],
    Phone: phoneOf(number),
    AccountNumber: `CC-${number}`,
    Website: number % 10 === 0 ? null : websiteOf(number),
    Industry: 'Manufacturing',
    AnnualRevenue: (number % 1_000) * 1_000 + 0.5,
    NumberOfEmployees: number % 5_000,
    BillingCity: CITIES[number % CITIES.length],
    Rating: 'Warm',
    OwnerId: '005Lo0000000001IAA',
  };
}

export function writtenOf(number) {
  const { Id: _, ...fields } = recordOf(number);
  return fields;
}

const escaped = (value) => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Elements of a record's fields. */
export function xmlFields(record) {
  return Object.entries(record)
    .map(([name, value]) => (value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escaped(value)}</${name}>`))
    .join('');
}

const phoneOf = (number) => `(415) 555-${String(number % 10_000).padStart(4, '0')}`;
const websiteOf = (number) => `https://www.account-${number}.example/start?from=crm`;

/** {@link writtenOf} as an XML document; as a template, for a million are made while the clock runs. */
export const xmlDocument = (number) =>
  `<records type="Account" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Name>Account ${number} &amp; &quot;Sons&quot;, Ltd</Name><Type>${TYPES[number % TYPES.length]}</Type><Phone>${phoneOf(number)}</Phone><AccountNumber>CC-${number}</AccountNumber>${number % 10 === 0 ? '<Website xsi:nil="true"/>' : `<Website>${websiteOf(number)}</Website>`}<Industry>Manufacturing</Industry><AnnualRevenue>${(number % 1_000) * 1_000 + 0.5}</AnnualRevenue><NumberOfEmployees>${number % 5_000}</NumberOfEmployees><BillingCity>${CITIES[number % CITIES.length]}</BillingCity><Rating>Warm</Rating><OwnerId>005Lo0000000001IAA</OwnerId></records>`;

/** {@link writtenOf} as a JSON document. */
export const jsonDocument = (number) =>
  `{"Name":"Account ${number} & \\"Sons\\", Ltd","Type":"${TYPES[number % TYPES.length]}","Phone":"${phoneOf(number)}","AccountNumber":"CC-${number}","Website":${number % 10 === 0 ? 'null' : `"${websiteOf(number)}"`},"Industry":"Manufacturing","AnnualRevenue":${(number % 1_000) * 1_000 + 0.5},"NumberOfEmployees":${number % 5_000},"BillingCity":"${CITIES[number % CITIES.length]}","Rating":"Warm","OwnerId":"005Lo0000000001IAA"}`;

/** The fields of a record's XML text; nil is an empty text. */
export function fieldsOfXml(text) {
  const record = {};
  for (const [, name, value] of text.matchAll(/<(\w+)(?:>([^<]*)<\/\w+>|[^>]*\/>)/g))
    record[name] = (value ?? '').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  return record;
}

/** What records come to, one for each number. */
export function sumOf(count, recordAt) {
  const sum = new HashSum();
  for (let number = 0; number < count; number += 1) sum.add(canonical(recordAt(number)));
  return String(sum);
}

/** Adds up hashes of texts, in whatever order they come. */
export class HashSum {
  count = 0;
  sum = 0;

  add(text) {
    let hash = 2166136261;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
    this.sum = (this.sum + (hash >>> 0)) % 4294967291;
    this.count += 1;
  }

  toString() {
    return `${this.count}:${this.sum}`;
  }
}

/** A record as one text, however its values were typed: numbers by their value, nothing as nothing. */
export function canonical(record) {
  return FIELDS.map((name) => {
    const value = record[name];
    if (value === null || value === undefined || value === '') return '';
    return name === 'AnnualRevenue' || name === 'NumberOfEmployees' ? String(Number(value)) : String(value);
  }).join('\u001f');
}
