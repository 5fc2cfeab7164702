import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { connector, type Finished } from './connector-command.js';

/** A folder as a user of the command has it: a package.json that lists the plugin, components, documents. */
export class Workplace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'connector-tour-'));

  constructor(private readonly env: Readonly<Record<string, string>>) {
    const plugin = createRequire(__filename).resolve('@connector-runtime/salesforce-rest');
    this.write(
      'package.json',
      `${JSON.stringify({ private: true, connectorRuntime: { plugins: [plugin] } }, null, 2)}\n`,
    );
  }

  run(args: readonly string[], expectedCode = 0): Promise<Finished> {
    return connector(args, this.folder, { XDG_STATE_HOME: path.join(this.folder, 'state'), ...this.env }, expectedCode);
  }

  /** Makes a component from `describe --template` and fills in what the template leaves open. */
  async component(name: string, template: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const { stdout } = await this.run(['describe', 'salesforce-rest', '--template', template]);
    let text = stdout;
    for (const [pointer, value] of Object.entries(values)) {
      text = applyEdits(
        text,
        modify(text, pointer.split('/'), value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
      );
    }
    this.write(name, text);
  }

  documents(name: string, documents: readonly object[]): void {
    this.write(name, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.folder, name), text);
  }

  /** The text of each file in a folder. */
  filesIn(name: string): readonly string[] {
    const folder = path.join(this.folder, name);
    return readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
