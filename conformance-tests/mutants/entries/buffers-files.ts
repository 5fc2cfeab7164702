import type { Document, ExecutionContext, ResultEvent } from '@connector-runtime/core';
import { UploadFiles } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

/** Has a whole file in memory, outside the heap, before it is sent. */
const buffersFiles = likeParent(
  class extends UploadFiles {
    protected override async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      const pieces: Uint8Array[] = [];
      for await (const piece of document.body.open(context.signal)) pieces.push(Uint8Array.from(piece));
      async function* all() {
        yield* pieces;
      }
      const body = Object.create(document.body, { open: { value: all } }) as Document['body'];
      return super.upload(Object.create(document, { body: { value: body } }) as Document, context);
    }
  },
);

export default withOperation('upload', buffersFiles).plugin;
