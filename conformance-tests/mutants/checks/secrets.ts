import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import tls from 'node:tls';
import type {
  Document,
  ErrorInfo,
  ExecutionContext,
  HttpResponse,
  Json,
  OperationEvent,
  ResultEvent,
  Secret,
} from '@connector-runtime/core';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ReadItems, UploadFiles, UpsertItems } from '../../reference/items/items-operations.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { likeParent, type Mutants, withClient, withOperation, withSession } from '../mutant.js';

const putsPasswordIntoAddress = likeParent(
  class extends ItemsSession {
    protected override address(grant: Parameters<ItemsSession['send']>[0]): string {
      return 'password' in grant
        ? `${super.address(grant)}?password=${encodeURIComponent(grant.password)}`
        : super.address(grant);
    }
  },
);

const followsByHand = likeParent(
  class extends ItemsClient {
    protected override async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
      const { location } = answer.headers;
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        await fetch(location, { headers: { authorization: `Bearer ${this.session.accessToken}` } });
      }
      return super.refusal(answer, step);
    }
  },
);

const logsPayload = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upsert(document, text, context);
      } catch (error) {
        context.logger.warn('the service refuses an item', { text });
        throw error;
      }
    }
  },
);

const writesFile = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      writeFileSync(path.join(os.tmpdir(), 'items-last-upload.txt'), document.id);
      return super.request(document);
    }
  },
);

const trustsAnyone = likeParent(
  class extends UploadFiles {
    protected override request(document: Document): ItemsRequest {
      const socket = tls.connect({ socket: new PassThrough(), rejectUnauthorized: false });
      socket.on('error', () => undefined).destroy();
      return super.request(document);
    }
  },
);

const keepsPassword = likeParent(
  class extends ReadItems {
    protected override async *handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      const password = (this.client['properties']['password'] as Secret).reveal();
      yield* super.handOn(outputs, state === undefined ? undefined : { ...(state as object), password });
    }
  },
);

export const SECRETS_MUTANTS: Mutants = {
  'SEC-01': withSession(putsPasswordIntoAddress),
  'SEC-01:checkpoint': withOperation('read', keepsPassword),
  'SEC-02': withClient(followsByHand),
  'SEC-03': withOperation('upsert', logsPayload),
  'SEC-04': withOperation('upload', writesFile),
  'SEC-04:tls': withOperation('upload', trustsAnyone),
};
