import { EXIT } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { interruptible } from '../interrupt.js';

/** `connector logout`: forgets the stored credentials of a connection, and ends them at the service where that can be. */
export async function logout(file: string, options: CommonOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const connection = await host.connect(file);
    await interruptible((signal) => connection.logout({ signal }));
    if (options.quiet !== true) process.stderr.write('logged out\n');
    return EXIT.OK;
  });
}
