import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Body } from '@connector-runtime/core';
import { inputDocuments } from '#src/cli/input-documents.js';
import { areAtHand, type DocumentInput, type RefusedInput } from '#src/execution/document-input.js';
import { errorOf } from '../http/http-bench.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'input-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = (name: string) => path.join(folder, name);

test('a file of a folder that has gone is refused, and the rest goes on', async () => {
  for (const name of ['a.xml', 'b.xml', 'c.xml']) writeFileSync(place(name), '<x/>');
  const { documents } = await inputDocuments(folder);

  rmSync(place('b.xml'));

  const inputs: (DocumentInput | RefusedInput)[] = [];
  for await (const input of documents) inputs.push(input);
  expect(inputs).toMatchObject([
    { id: 'a.xml' },
    { id: 'b.xml', refused: { category: 'validation', code: 'FILE_UNREADABLE', effect: 'none' } },
    { id: 'c.xml' },
  ]);
});

test('a file that goes before it is opened is the fault of its document', async () => {
  writeFileSync(place('a.xml'), '<x/>');
  const { documents } = await inputDocuments(place('a.xml'));

  for await (const input of documents) {
    rmSync(place('a.xml'));
    const { info } = await errorOf(((input as DocumentInput).body as Body).text(100));
    expect(info).toMatchObject({ category: 'validation', code: 'FILE_UNREADABLE', effect: 'none' });
  }
  expect.assertions(1);
});

test('a regular file is at hand, a named pipe is not', async () => {
  writeFileSync(place('file.ndjson'), '');
  execFileSync('mkfifo', [place('pipe.ndjson')]);

  expect(areAtHand((await inputDocuments(place('file.ndjson'))).documents)).toBe(true);
  expect(areAtHand((await inputDocuments(place('pipe.ndjson'))).documents)).toBe(false);
});
