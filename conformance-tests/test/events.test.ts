import type { Body, OutputEvent } from '@connector-runtime/core';
import { textOf, withOwnBody } from '#src/events.js';

/** A body that is gone once its execution is. */
function passing(): { body: Body; end: () => void } {
  let isOver = false;
  const bytes = async (): Promise<Uint8Array> => {
    if (isOver) throw new Error('the file is gone');
    return Buffer.from('kept');
  };
  const body = { mediaType: 'text/csv', repeatable: true, open: () => undefined, bytes, text: bytes, json: bytes };
  return {
    body: body as unknown as Body,
    end: () => {
      isOver = true;
    },
  };
}

test('what an event has for a body is kept beyond its execution', async () => {
  const { body, end } = passing();
  const event = await withOwnBody({ type: 'output', inputs: ['a'], body });
  end();

  expect(await textOf((event as OutputEvent).body)).toBe('kept');
});

test('a body that cannot be read stays for the check to find out', async () => {
  const { body, end } = passing();
  end();
  const event: OutputEvent = { type: 'output', inputs: ['a'], body };

  expect(await withOwnBody(event)).toBe(event);
});

test('text, records and events without a body stay as they are', async () => {
  for (const event of [
    { type: 'output', inputs: ['a'], body: 'text' },
    { type: 'output', inputs: ['a'], body: { open: 'a field' } },
    { type: 'result', inputs: ['a'], status: 'success' },
  ] as const)
    expect(await withOwnBody(event)).toBe(event);
});
