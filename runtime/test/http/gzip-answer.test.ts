import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { decodeGzip } from '#src/http/gzip-answer.js';

const MIB = 1024 * 1024;
const contents: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a byte', Buffer.from('x')],
  ['a text', Buffer.from('one,two,three\n'.repeat(1_000))],
  ['what does not shrink', randomBytes(100_000)],
  [
    'megabytes of text',
    Buffer.from(Array.from({ length: 100_000 }, (_, row) => `{"Id":"${row}","Name":"Some name"}`).join()),
  ],
];

describe.each(contents)('an answer of %s', (_what, content) => {
  const packed = gzipSync(content);

  test('is unpacked whole', async () => {
    expect(content.equals((await decodeGzip(packed, 16 * MIB)) as Buffer)).toBe(true);
  });

  test('may come to what is allowed, and not to a byte more', async () => {
    const most = Math.max(1, content.byteLength);

    expect(content.equals((await decodeGzip(packed, most)) as Buffer)).toBe(true);
    expect(await decodeGzip(gzipSync(Buffer.concat([content, Buffer.alloc(2)])), most)).toBe('tooLarge');
  });

  test.each([0, 1, 70_000, 0xffff_ffff])('is not whole where its trailer says %d bytes', async (stated) => {
    const wrong = Buffer.from(packed);
    wrong.writeUInt32LE(stated === content.byteLength ? stated + 1 : stated, wrong.byteLength - 4);

    expect(await decodeGzip(wrong, 16 * MIB)).toBe('cut');
  });

  test('is unpacked whole where it is packed in two parts, the last one small', async () => {
    const parts = Buffer.concat([packed, gzipSync('end')]);

    const decoded = await decodeGzip(parts, 16 * MIB);

    expect(Buffer.concat([content, Buffer.from('end')]).equals(decoded as Buffer)).toBe(true);
  });
});
