import type { Script } from '../scripted-plugin.js';
import { closeAll, connect, read, ten } from './script-run.js';

afterEach(closeAll);

describe('resuming', () => {
  const everySecond: Script = async function* (documents, context) {
    let n = (context.resumeFrom as { n: number } | undefined)?.n ?? 0;
    for await (const { id } of documents) {
      n += 1;
      yield { type: 'result', inputs: [id], status: 'success', message: `number ${n}` };
      if (n % 2 === 0) yield { type: 'checkpoint', state: { n } };
    }
  };

  test('feeds only documents that had no result at the checkpoint', async () => {
    const connection = await connect(everySecond);
    const first = connection.execute({ operation: 'write' }, ten);
    const before: string[] = [];
    for await (const event of first) {
      if (event.type === 'result') before.push(...event.inputs);
      if (before.length === 5) break;
    }
    const { checkpoint } = await first.summary;

    const second = connection.execute({ operation: 'write' }, ten, {
      resumeFrom: JSON.parse(JSON.stringify(checkpoint)),
    });
    const after: string[] = [];
    for await (const event of second) if (event.type === 'result') after.push(...event.inputs);

    expect(before).toEqual(['d1', 'd2', 'd3', 'd4', 'd5']);
    expect(after).toEqual(['d5', 'd6', 'd7', 'd8', 'd9', 'd10']);
  });

  test('a read that fails before it gives anything more is not complete, and keeps the checkpoint that it went on from', async () => {
    const away: Script = async function* (documents, context) {
      for await (const { id } of documents) {
        if (context.resumeFrom === undefined) {
          yield { type: 'output', inputs: [id], body: 'first page' };
          yield { type: 'checkpoint', state: { page: 2 } };
        }
        yield { type: 'result', inputs: [id], status: 'failure' };
      }
    };
    const connection = await connect(away, read);
    const all = [{ id: 'all', body: '' }];
    const { checkpoint } = await connection.execute({ operation: 'write' }, all).finish();

    const resumed = await connection
      .execute({ operation: 'write' }, all, checkpoint === undefined ? {} : { resumeFrom: checkpoint })
      .finish();

    expect(resumed).toMatchObject({ complete: false, outputs: 0, counts: { failure: 1 } });
    expect(checkpoint).toBeDefined();
    expect(resumed.checkpoint).toEqual(checkpoint);
  });

  test('a write that ends before it gives anything leaves unknown what the run before it may have applied', async () => {
    const connection = await connect(async function* (documents, context) {
      if (context.resumeFrom !== undefined) throw new Error('away');
      yield* everySecond(documents, context);
    });
    const first = connection.execute({ operation: 'write' }, ten);
    for await (const event of first) if (event.type === 'checkpoint') break;
    const { checkpoint = null } = await first.summary;

    const resumed = connection.execute({ operation: 'write' }, ten, { resumeFrom: checkpoint });
    const anew = connection.execute({ operation: 'write' }, ten, { signal: AbortSignal.abort() });

    expect((await resumed.finish()).counts).toMatchObject({ unknown: 8, notAttempted: 0 });
    expect((await anew.finish()).counts).toMatchObject({ unknown: 0, notAttempted: 10 });
  });

  test('is refused where the operation, as it is configured, gives no checkpoints', async () => {
    const connection = await connect(everySecond, { descriptor: { resumable: false } });
    const settled = { before: 2, beyond: [] };
    const resumeFrom = { version: 1, operation: 'write', settled, state: { n: 2 } };

    expect(() => connection.execute({ operation: 'write' }, ten, { resumeFrom })).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code: 'RESUME_UNSUPPORTED', category: 'config' }) }),
    );
  });

  test.each([
    [{ version: 1 }],
    ['text'],
    [null],
    [{ version: 1, operation: 'other', settled: { before: 0, beyond: [] }, state: {} }],
  ])('refuses the checkpoint %j', async (resumeFrom) => {
    const connection = await connect(everySecond);

    expect(() => connection.execute({ operation: 'write' }, ten, { resumeFrom })).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code: 'CHECKPOINT_INVALID' }) }),
    );
  });
});
