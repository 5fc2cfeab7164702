import { EXIT } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { interruptible } from '../interrupt.js';
import { printRows } from '../rows.js';

/** `connector test`: opens the connection and says what it found. */
export async function test(file: string, options: CommonOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const connection = await host.connect(file);
    const findings = await interruptible((signal) => connection.test({ signal }));
    const rows = findings.map((finding) => ({
      ...finding,
      outcome: finding.ok ? (finding.warning === true ? 'warning' : 'ok') : 'failed',
    }));
    await printRows(rows, ['name', 'outcome', 'message']);
    const failed = findings.filter((finding) => !finding.ok);
    for (const { name, message } of failed) process.stderr.write(`${name}: ${message ?? 'failed'}\n`);
    if (failed.some((finding) => finding.name === 'open')) return EXIT.NOT_CONNECTED;
    return failed.length > 0 ? EXIT.NOT_ALL_SUCCESS : EXIT.OK;
  });
}
