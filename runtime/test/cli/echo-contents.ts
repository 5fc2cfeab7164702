import { type Body, ConnectorError, type Content } from '@connector-runtime/core';

/** Half a body, then an error that quotes the password. */
const BREAKING: Body = {
  mediaType: 'text/csv',
  repeatable: false,
  async *open() {
    yield Buffer.from('half');
    throw new ConnectorError({
      category: 'unavailable',
      code: 'CUT',
      message: 'cut at sesame',
      effect: 'none',
      retryable: true,
    });
  },
  text: () => Promise.reject(new Error('not read so')),
  bytes: () => Promise.reject(new Error('not read so')),
  json: () => Promise.reject(new Error('not read so')),
};

/** Outputs of CSV that are given as something else than text. */
export const CONTENTS: Readonly<Record<string, () => Content>> = {
  'not UTF-8': () => Uint8Array.of(0x41, 0xff, 0x0a),
  'not UTF-8, streamed': () => ({
    ...BREAKING,
    async *open() {
      yield Uint8Array.of(0x41, 0xff, 0x0a);
    },
  }),
  breaking: () => BREAKING,
  'standing still': () => ({
    ...BREAKING,
    async *open() {
      yield Buffer.from('half');
      process.stderr.write('standing still\n');
      await new Promise(() => undefined);
    },
  }),
};
