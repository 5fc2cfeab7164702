import { resultElements } from '#src/xml/result-elements.js';
import { readWrittenResults } from '#src/xml/written-results.js';
import { childText, parseXml } from '#src/xml/xml-tree.js';

const ID = '001Lo00000000001AA';
const one = (id: string) => `<result><id>${id}</id><success>true</success></result>`;
const created = `<result><created>true</created><id>${ID}</id><success>true</success></result>`;

test.each([
  `<results>${one(ID)}${one('001Lo00000000002')}</results>`,
  `<?xml version="1.0" encoding="UTF-8"?><results>${created}${one(ID)}</results>`,
])('results of success are the elements that are cut out: %s', (answer) => {
  const elements = resultElements(answer);

  expect(elements).toHaveLength(2);
  expect(readWrittenResults(answer)).toEqual(
    elements.map((text) => ({ text, id: childText(parseXml(text), 'id'), success: true, errors: [] })),
  );
});

test('an answer that is cut at any character is none', () => {
  const answer = `<results>${one(ID)}${created}</results>`;
  for (let length = 0; length < answer.length; length += 1)
    expect(readWrittenResults(answer.slice(0, length))).toBeUndefined();
});

test.each([
  ['a refusal', `<results><result><id>${ID}</id><success>false</success></result></results>`],
  ['errors beside success', `<results><result><errors/><id>${ID}</id><success>true</success></result></results>`],
  ['namespaces', `<results xmlns="urn:x">${one(ID)}</results>`],
  ['white space', `<results> ${one(ID)}</results>`],
  ['no results', '<results></results>'],
  ['the end of another element', `<results>${one(ID)}</other>`],
  ['something behind it', `<results>${one(ID)}</results> `],
])('an answer with %s is left to be looked at', (_, answer) => {
  expect(readWrittenResults(answer)).toBeUndefined();
});
