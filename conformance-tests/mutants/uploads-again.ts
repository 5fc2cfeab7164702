import {
  type Document,
  type ErrorInfo,
  type ExecutionContext,
  errorInfoOf,
  type ResultEvent,
} from '@connector-runtime/core';
import { UploadFiles } from '../reference/items/items-operations.js';
import { likeParent, type Mutant, withOperation } from './mutant.js';

/** Sends a file again, once, after an error that is meant; `begun` counts the files of the run. */
export function uploadingAgain(isMeant: (info: ErrorInfo, begun: number) => boolean): Mutant {
  const uploadsAgain = likeParent(
    class extends UploadFiles {
      private begun = 0;

      protected override async upload(document: Document, context: ExecutionContext): Promise<ResultEvent> {
        this.begun += 1;
        try {
          return await super.upload(document, context);
        } catch (error) {
          if (context.signal.aborted || !isMeant(errorInfoOf(error, 'unknown'), this.begun)) throw error;
          return super.upload(document, context);
        }
      }
    },
  );
  return withOperation('upload', uploadsAgain);
}
