import { readWrittenResults } from '#src/json/written-results.js';

const ID = '001Lo00000000001AA';
const one = (id: string) => `{"id":"${id}","success":true,"errors":[]}`;

test('results of success are cut out as they are written', () => {
  const [first, second] = [one(ID), one('001Lo00000000002').replace('}', ',"created":false}')];
  expect(readWrittenResults(`[${first},${second}]`)).toEqual([
    { text: first, id: ID, success: true, errors: [] },
    { text: second, id: '001Lo00000000002', success: true, errors: [] },
  ]);
});

test('an answer that is cut at any character is none', () => {
  const answer = `[${one(ID)},${one(ID)}]`;
  for (let length = 0; length < answer.length; length += 1)
    expect(readWrittenResults(answer.slice(0, length))).toBeUndefined();
});

test.each([
  ['a refusal', `[{"success":false,"errors":[]},${one(ID)}]`],
  ['an error beside success', `[${one(ID)},{"id":"${ID}","success":true,"errors":[{}]}]`],
  ['a comma too many', `[${one(ID)},]`],
  ['no results', '[]'],
  ['something behind it', `[${one(ID)}]]`],
  ['something in between', `[${one(ID)} ${one(ID)}]`],
  ['a list around it', `[[${one(ID)}]]`],
])('an answer with %s is left to be looked at', (_, answer) => {
  expect(readWrittenResults(answer)).toBeUndefined();
});
