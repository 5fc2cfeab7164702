import { ConnectorRuntime } from '@connector-runtime/runtime';
import { scriptedPlugin } from '../scripted-plugin.js';
import { accept, closeAll, closeLater, run, ten } from './script-run.js';

afterEach(closeAll);

test('a warning of an operation is logged and told to listeners, with its execution and without what turns a terminal', async () => {
  const logged: object[] = [];
  const log = (data: object, message: string) => void logged.push({ ...data, message });
  const runtime = closeLater(
    new ConnectorRuntime({
      logger: { debug: log, info: log, warn: log, error: log },
      plugins: [
        scriptedPlugin((documents, context) => {
          context.logger.warn('look\u001b[2J');
          return accept(documents, context);
        }),
      ],
    }),
  );
  const warnings: object[] = [];
  runtime.events.on('warning', (event) => warnings.push(event));
  const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

  const { executionId } = await connection.execute({ operation: 'write' }, ten).finish();

  const warning = { connectionId: connection.id, executionId, message: 'look\\u001b[2J' };
  expect(warnings).toEqual([warning]);
  expect(logged).toEqual([{ plugin: 'scripted', ...warning }]);
});

describe('a plugin that floods or hides', () => {
  test('has its warnings kept to the first 100', async () => {
    const { summary } = await run(async function* (documents, context) {
      for (let n = 0; n < 500; n += 1) context.logger.warn(`warning ${n}`);
      for await (const { id } of documents) yield { type: 'result', inputs: [id], status: 'success' };
    }, ten);

    expect(summary.warnings).toHaveLength(100);
  });

  test('never starves timers, even if it never waits', async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await run(
      async function* (documents) {
        for await (const { id } of documents) yield { type: 'result', inputs: [id], status: 'success' };
      },
      Array.from({ length: 50_000 }, () => ({ body: 'x' })),
    );
    clearInterval(timer);

    expect(ticks).toBeGreaterThan(3);
  });
});
