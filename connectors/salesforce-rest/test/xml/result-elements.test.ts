import { resultElements } from '#src/xml/result-elements.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const read = (results: string) =>
  resultElements(`<?xml version="1.0"?><results ${XSI}>${results}</results>`).map(({ text, members }) => ({
    text,
    members: members === undefined ? undefined : Object.fromEntries(members),
  }));

describe('the results of a collections answer', () => {
  test('are told with their members, where these are simple', () => {
    expect(read('<result><id>001</id><success>true</success></result>\n<result> <id>a &amp; b</id></result>')).toEqual([
      {
        text: `<result ${XSI}><id>001</id><success>true</success></result>`,
        members: { id: '001', success: 'true' },
      },
      { text: `<result ${XSI}> <id>a &amp; b</id></result>`, members: { id: 'a & b' } },
    ]);
  });

  test('count also where they hold nothing, or text', () => {
    expect(read('<result/><result></result><result>x</result>')).toEqual([
      { text: `<result ${XSI}/>`, members: {} },
      { text: `<result ${XSI}></result>`, members: {} },
      { text: `<result ${XSI}>x</result>`, members: {} },
    ]);
  });

  test('have no members of other elements', () => {
    const notice = '<notice><id>001</id><success>true</success></notice>';

    expect(read(`<result/>${notice}<result><id>002</id></result>${notice}`).map(({ members }) => members)).toEqual([
      {},
      { id: '002' },
    ]);
  });

  test.each([
    ['errors', '<result><errors><message>m</message></errors><success>false</success></result>'],
    ['a member twice', '<result><id>1</id><id>2</id></result>'],
    ['a member twice, once with an attribute', '<result><id>1</id><id a="1">2</id></result>'],
    ['a prefix', '<result><xsi:id>1</xsi:id></result>'],
  ])('are left to be read as a tree with %s', (_what, result) => {
    expect(read(`${result}<result><id>3</id></result>`).map(({ members }) => members)).toEqual([
      undefined,
      { id: '3' },
    ]);
  });

  test('that do not balance are refused', () => {
    expect(() => read('<result><id>1</di></result>')).toThrow('an end tag where </id> is due');
  });
});
