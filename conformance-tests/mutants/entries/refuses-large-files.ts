import { ConnectorError, type Document, type ExecutionContext, type ResultEvent } from '@connector-runtime/core';
import { UploadFiles } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

/** Reads a file to its end to know its size, and refuses a large one by a category of its own choice. */
const refusesLargeFiles = likeParent(
  class extends UploadFiles {
    protected override async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
      let bytes = 0;
      for await (const piece of document.body.open(context.signal)) bytes += piece.length;
      if (bytes < 1_000_000) return super.upload(document, context);
      throw new ConnectorError({
        category: 'validation',
        code: 'ITEMS_FILE_LARGE',
        message: 'the file is large',
        effect: 'none',
        retryable: false,
      });
    }
  },
);

export default withOperation('upload', refusesLargeFiles).plugin;
