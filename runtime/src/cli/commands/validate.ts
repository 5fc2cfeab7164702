import { isOperationComponent } from '../../components/component-file.js';
import { ComponentText } from '../../components/component-text.js';
import type { ComponentCheck } from '../component-check.js';
import { EXIT } from '../exit-codes.js';
import type { Finding } from '../findings.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { printRows } from '../rows.js';

/** `connector validate`: every issue of every file, with line and column; nothing is sent. */
export async function validate(files: readonly string[], options: CommonOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const findings: Finding[] = [];
    for (const file of files) findings.push(...(await findingsOf(host.check, file)));
    await printRows(findings, ['file', 'line', 'column', 'path', 'message', 'valid']);
    return findings.every((finding) => finding.valid) ? EXIT.OK : EXIT.USAGE;
  });
}

async function findingsOf(check: ComponentCheck, file: string): Promise<readonly Finding[]> {
  // A file that cannot be read is no operation: the check of a connection says so.
  const value = await ComponentText.read(file).then(
    (text) => text.value,
    () => null,
  );
  const { findings } = isOperationComponent(value) ? await check.operation(file) : await check.connection(file);
  return findings.length === 0 ? [{ file, valid: true }] : findings;
}
