import { EXIT, UsageError } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { interruptible } from '../interrupt.js';
import { LoginCallback } from '../login-callback.js';

/** `connector login`: a person logs in by browser; the tokens are kept in the user's state folder. */
export async function login(file: string, options: CommonOptions & { readonly port: string }): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const port = portOf(options.port);
    const connection = await host.connect(file);
    const callback = await LoginCallback.listen(port, (url) => {
      process.stderr.write(`Log in at this address, in a browser of this machine:\n\n${url}\n\n`);
    });
    try {
      await interruptible((signal) => connection.login(callback, { signal }));
    } finally {
      await callback.close();
    }
    if (options.quiet !== true) process.stderr.write('logged in\n');
    return EXIT.OK;
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port must be 1 to 65535, got ${text}`);
}
