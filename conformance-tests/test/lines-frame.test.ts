import { type Frame, FrameReader, frameBytes } from '../reference/lines/lines-frame.js';

const FRAMES: readonly Frame[] = [
  { words: ['PUT', 'thing', 's1'], payload: Buffer.from('{"key":"k1","text":"é€\u{1F680}"}') },
  { words: ['OK'], payload: Buffer.from('') },
  { words: ['OK'], payload: Buffer.from('with\nline ends 7\n') },
];

test.each([1, 2, 3, 1_000])('frames in pieces of %i bytes are the frames that were written', (pieceBytes) => {
  const bytes = Buffer.concat(FRAMES.map(frameBytes));
  const reader = new FrameReader();

  const read: Frame[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) read.push(...reader.read(bytes.subarray(at, at + pieceBytes)));

  expect(read.map(textOf)).toEqual(FRAMES.map(textOf));
});

test.each([
  ['a head without a length', 'HTTP/1.1 400 Bad Request\r\n'],
  ['a payload that is too long', 'OK 2000001\n'],
  ['a head without an end', 'x'.repeat(1_001)],
])('%s is no frame', (_, text) => {
  expect(() => [...new FrameReader().read(Buffer.from(text))]).toThrow(RangeError);
});

test.each(['', 'a b', 's1 0\nPUT', 's1\t'])('a frame has no word %j', (word) => {
  expect(() => frameBytes({ words: ['PUT', word], payload: Buffer.from('') })).toThrow(RangeError);
});

function textOf({ words, payload }: Frame) {
  return { words, text: Buffer.from(payload).toString() };
}
