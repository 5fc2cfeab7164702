import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { greetAll } from '#docs/host/greeting-host.js';

const DOCS = path.resolve(__dirname, '..');

describe('the examples', () => {
  test('plugin and host greet everyone, and say what became of each', async () => {
    const greeted: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      request.on('end', () => {
        if (request.method === 'POST') greeted.push(body);
        response.writeHead(body === 'nobody' ? 422 : 200);
        response.end('hello');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

    const outcome = await greetAll(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, [
      'Ada',
      'nobody',
      'Grace',
    ]);

    expect(outcome).toEqual({ Ada: 'success', nobody: 'applicationError', Grace: 'success' });
    expect(greeted.sort()).toEqual(['Ada', 'Grace', 'nobody']);
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(['plugin/greeting-plugin.ts', 'host/greeting-host.ts'])(
    '%s has at most forty lines and stands in the README as it is',
    (name) => {
      const source = readFileSync(path.join(DOCS, 'examples', name), 'utf8');
      const readme = readFileSync(path.join(DOCS, '..', 'README.md'), 'utf8');

      expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
      expect(readme).toContain(`<!-- example: ${name} -->\n\`\`\`ts\n${source}\`\`\`\n`);
    },
  );
});
