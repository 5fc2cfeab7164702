import { resultElements } from '#src/xml/result-elements.js';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const read = (results: string) => resultElements(`<?xml version="1.0"?><results ${XSI}>${results}</results>`);

describe('the results of a collections answer', () => {
  test('are cut out with the namespaces of the root', () => {
    expect(read('<result><id>001</id><success>true</success></result>\n<result> <id>a &amp; b</id></result>')).toEqual([
      `<result ${XSI}><id>001</id><success>true</success></result>`,
      `<result ${XSI}> <id>a &amp; b</id></result>`,
    ]);
  });

  test('count also where they hold nothing, or text', () => {
    expect(read('<result/><result></result><result>x</result>')).toEqual([
      `<result ${XSI}/>`,
      `<result ${XSI}></result>`,
      `<result ${XSI}>x</result>`,
    ]);
  });

  test('are told from other elements, and from what is inside of them', () => {
    const notice = '<notice><result>no</result></notice>';
    const outer = '<result><result>inner</result></result>';

    expect(read(`<result/>${notice}${outer}`)).toEqual([`<result ${XSI}/>`, outer.replace('>', ` ${XSI}>`)]);
  });

  test('that do not balance are refused', () => {
    expect(() => read('<result><id>1</di></result>')).toThrow('an end tag where </id> is due');
  });
});
