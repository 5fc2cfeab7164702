import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const MANIFEST = {
  id: 'foreign',
  version: '1.0.0',
  contract: '^1.0',
  title: 'Foreign',
  configVersion: 1,
  egress: ['https://api.example.com'],
  connection: { properties: { type: 'object', additionalProperties: false, properties: {} } },
  operations: [
    {
      id: 'count',
      title: 'Count',
      effect: 'create',
      repeat: 'unsafe',
      properties: { type: 'object', additionalProperties: false, properties: {} },
      objectType: 'none',
      accepts: ['text/plain'],
      emits: [],
      order: 'input',
      resumable: false,
      reconciles: false,
      limits: { maxDocumentBytes: 100, maxInFlight: 1, stopWithinMs: 100 },
    },
  ],
};

const BODY = `
class Counter { constructor() { this.n = 0; } next() { this.n += 1; return this.n; } }
injectable()(Counter);
class Link {
  constructor(http) { this.http = http; }
  async open() {} async test() { return []; } async close() {}
}
inject(HTTP_CLIENT)(Link, undefined, 0); injectable()(Link);
class Count {
  constructor(counter, link) { this.counter = counter; this.link = link; }
  async *execute(documents) {
    for await (const { id } of documents) {
      if (id === 'wrong') throw new ConnectorError({ category: 'quota', code: 'FOREIGN_LIMIT', message: 'enough', effect: 'none', retryable: false });
      yield { type: 'result', inputs: [id], status: 'success', message: this.link.http ? 'number ' + this.counter.next() : 'no http' };
    }
  }
}
inject(Counter)(Count, undefined, 0); inject(Link)(Count, undefined, 1); injectable()(Count);
const plugin = { manifest: ${JSON.stringify(MANIFEST)}, connection: Link, operations: { count: () => Count }, shared: [Counter] };
`;

/** A folder with a plugin that has its own copies of core, tsyringe and reflect-metadata: as CommonJS, as an ES module, and as a package that `require` cannot load. */
export class ForeignPlugin {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'connector-foreign-'));

  constructor() {
    const modules = path.join(this.folder, 'node_modules');
    for (const name of ['tslib', 'tsyringe', 'reflect-metadata', '@connector-runtime/core']) {
      cpSync(packageFolder(name), path.join(modules, name), {
        recursive: true,
        dereference: true,
      });
    }
    writeFileSync(
      path.join(this.folder, 'plugin.js'),
      `const { inject, injectable, HTTP_CLIENT, ConnectorError } = require('@connector-runtime/core');\n${BODY}\nmodule.exports = { default: plugin };\n`,
    );
    const esm = `import { inject, injectable, HTTP_CLIENT, ConnectorError } from '@connector-runtime/core';\nawait 0;\n${BODY}\nexport default plugin;\n`;
    writeFileSync(path.join(this.folder, 'plugin.mjs'), esm);
    mkdirSync(path.join(modules, 'esm-only'));
    writeFileSync(
      path.join(modules, 'esm-only', 'package.json'),
      '{"name":"esm-only","type":"module","exports":{".":{"import":"./plugin.js"}}}',
    );
    writeFileSync(path.join(modules, 'esm-only', 'plugin.js'), esm);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The installed package, found from its entry: not every package exports its package.json. */
function packageFolder(name: string): string {
  let folder = path.dirname(require.resolve(name));
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
