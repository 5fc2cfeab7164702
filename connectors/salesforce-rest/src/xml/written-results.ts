import { InheritedNamespaces } from './namespaces.js';

const HEAD = /^(?:<\?xml version="1\.0" encoding="UTF-8"\?>)?<([a-z]{1,20})>/;
const CREATED = '(?:<created>(?:true|false)</created>)?';
/** What the service says of a record that it wrote. */
const WRITTEN = new RegExp(`<result>${CREATED}<id>(\\w{15,18})</id><success>true</success>${CREATED}</result>`, 'y');

/** What every result that is cut out begins with. */
const START = `<result${new InheritedNamespaces().all}`;
const NO_ERRORS: readonly never[] = [];

/** An answer about many records as the service mostly gives it: all were written, without white space or namespaces. `undefined`: it is not like this, and has to be looked at. */
export function readWrittenResults(answer: string) {
  const [head = '', root] = HEAD.exec(answer) ?? [];
  if (root === undefined) return undefined;
  const results: { text: string; id: string; success: true; errors: readonly never[] }[] = [];
  let at = head.length;
  for (;;) {
    WRITTEN.lastIndex = at;
    const [text, id] = WRITTEN.exec(answer) ?? [];
    if (text === undefined || id === undefined) break;
    results.push({ text: START + text.slice('<result'.length), id, success: true, errors: NO_ERRORS });
    at += text.length;
  }
  return answer.slice(at) === `</${root}>` && results.length > 0 ? results : undefined;
}
