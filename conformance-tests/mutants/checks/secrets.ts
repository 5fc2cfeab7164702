import { writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import tls from 'node:tls';
import {
  type CallContext,
  type Document,
  type ErrorInfo,
  type ExecutionContext,
  type Field,
  type HttpClient,
  type HttpResponse,
  isConnectorError,
  type Json,
  type OperationEvent,
  type ResultEvent,
  type Secret,
} from '@connector-runtime/core';
import { trace } from '@opentelemetry/api';
import { ItemsBrowse } from '../../reference/items/items-browse.js';
import { ItemsClient, type ItemsRequest } from '../../reference/items/items-client.js';
import { ReadItems, UploadFiles, UpsertItems } from '../../reference/items/items-operations.js';
import { ItemsSession } from '../../reference/items/items-session.js';
import { likeParent, type Mutants, withBrowse, withClient, withOperation, withSession } from '../mutant.js';

const putsPasswordIntoAddress = likeParent(
  class extends ItemsSession {
    protected override address(grant: Parameters<ItemsSession['send']>[0]): string {
      return 'password' in grant
        ? `${super.address(grant)}?password=${encodeURIComponent(grant.password)}`
        : super.address(grant);
    }
  },
);

const putsRawPasswordIntoAddress = likeParent(
  class extends ItemsSession {
    protected override address(grant: Parameters<ItemsSession['send']>[0]): string {
      return 'password' in grant ? `${super.address(grant)}?password=${grant.password}` : super.address(grant);
    }
  },
);

const putsTokenIntoAddress = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const path = request.step === 'test' ? `${request.path}?access_token=${this.token()}` : request.path;
      return super.send({ ...request, path }, context);
    }
  },
);

const logsToken = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      if (request.step === 'test') context.logger.info(`${request.method} with Bearer ${this.token()}`);
      return super.send(request, context);
    }
  },
);

const logsRefusedToken = likeParent(
  class extends ItemsClient {
    override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      try {
        return await super.send(request, context);
      } catch (error) {
        if (isConnectorError(error) && error.info.service?.httpStatus === 400)
          context.logger.debug(`${request.method} was refused with Bearer ${this.token()}`);
        throw error;
      }
    }
  },
);

const browsesWithPassword = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const password = (this.properties['password'] as Secret).reveal();
      const sign = request.path.includes('?') ? '&' : '?';
      const path =
        request.step === 'browse' ? `${request.path}${sign}password=${encodeURIComponent(password)}` : request.path;
      return super.send({ ...request, path }, context);
    }
  },
);

const asksWithToken = likeParent(
  class extends ItemsClient {
    override send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
      const path = request.step === 'reconcile' ? `${request.path}?access_token=${this.token()}` : request.path;
      return super.send({ ...request, path }, context);
    }
  },
);

const tellsForbiddenToken = likeParent(
  class extends ItemsClient {
    protected override async refusal(...[answer, step]: Parameters<ItemsClient['refusal']>) {
      const refusal = await super.refusal(answer, step);
      if (answer.status !== 403 || refusal === 'accept') return refusal;
      return { ...refusal, message: `${this.token()} has no right to this` };
    }
  },
);

const logsExpiredToken = likeParent(
  class extends ItemsSession {
    protected override async exchange(rejected: string, context: CallContext): Promise<void> {
      await super.exchange(rejected, context);
      if (rejected !== '') context.logger.info(`session ${rejected} had expired`);
    }
  },
);

const logsRefreshToken = likeParent(
  class extends ItemsSession {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      context.logger.debug(`to be renewed with ${Buffer.from(this.refreshToken).toString('hex').toUpperCase()}`);
    }
  },
);

const tagsPassword = likeParent(
  class extends ItemsSession {
    override open(context: CallContext): Promise<void> {
      const password = (this.properties['password'] as Secret).reveal();
      trace.getTracer('items').startSpan('login', { attributes: { password } }).end();
      return super.open(context);
    }
  },
);

/** As a client of the plugin's own would: `fetch` leaves a trace in the process. */
function visit(location: string, options: http.RequestOptions = {}, body?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(location, { ...options, agent: false }, (answer) => {
      answer.resume().on('end', resolve);
    });
    request.on('error', reject).end(body);
  });
}

const followsByHand = likeParent(
  class extends ItemsClient {
    protected override async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
      const { location } = answer.headers;
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        await visit(location, { headers: { authorization: `Bearer ${this.session.accessToken}` } });
      }
      return super.refusal(answer, step);
    }
  },
);

const followsSeeOther = likeParent(
  class extends ItemsClient {
    protected override async refusal(...[answer, step]: Parameters<ItemsClient['refusal']>) {
      const { location } = answer.headers;
      if (answer.status === 303 && step === 'browse' && location !== undefined) await visit(location);
      return super.refusal(answer, step);
    }
  },
);

const followsPermanent = likeParent(
  class extends ItemsClient {
    protected override async refusal(...[answer, step]: Parameters<ItemsClient['refusal']>) {
      const { location } = answer.headers;
      if (answer.status === 308 && step !== 'test' && step !== 'browse' && location !== undefined)
        await visit(location);
      return super.refusal(answer, step);
    }
  },
);

const followsLogin = likeParent(
  class extends ItemsSession {
    protected override async send(...[grant, context]: Parameters<ItemsSession['send']>) {
      let location: string | undefined;
      const watched: HttpClient = {
        send: (request, own) =>
          this.http.send(
            {
              ...request,
              judge: (answer) => {
                if (answer.status === 302) ({ location } = answer.headers);
                return this.refused(answer.status);
              },
            },
            own,
          ),
      };
      try {
        return await super.send.call(Object.create(this, { http: { value: watched } }) as this, grant, context);
      } finally {
        if (location !== undefined) await visit(location, { method: 'POST' }, JSON.stringify(grant));
      }
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

const logsLost = likeParent(
  class extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext): Promise<ResultEvent> {
      try {
        return await super.upsert(document, text, context);
      } catch (error) {
        if (isConnectorError(error) && error.info.effect === 'unknown')
          context.logger.warn('to be looked at by hand', { text });
        throw error;
      }
    }
  },
);

const logsRows = likeParent(
  class extends ReadItems {
    protected override async page(from: number, context: ExecutionContext) {
      const page = await super.page(from, context);
      context.logger.info('a page', { texts: page.texts });
      return page;
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

const keepsFields = likeParent(
  class extends ItemsBrowse {
    override fields(...[query, context]: Parameters<ItemsBrowse['fields']>): AsyncGenerator<Field> {
      writeFileSync(path.join(os.tmpdir(), 'items-last-fields.txt'), query.objectType);
      return super.fields(query, context);
    }
  },
);

const keepsRefusals = likeParent(
  class extends ItemsClient {
    protected override refusal(...[answer, step]: Parameters<ItemsClient['refusal']>) {
      if (answer.status >= 400 && step !== 'test')
        writeFileSync(path.join(os.tmpdir(), 'items-last-refusal.txt'), `${step} ${answer.status}`);
      return super.refusal(answer, step);
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
  'SEC-01:raw-query': withSession(putsRawPasswordIntoAddress),
  'SEC-01:query': withClient(putsTokenIntoAddress),
  'SEC-01:token': withClient(logsToken),
  'SEC-01:stored': withSession(logsRefreshToken),
  'SEC-01:span': withSession(tagsPassword),
  'SEC-01:checkpoint': withOperation('read', keepsPassword),
  'SEC-01:expired': withSession(logsExpiredToken),
  'SEC-01:refused': withClient(logsRefusedToken),
  'SEC-01:browse': withClient(browsesWithPassword),
  'SEC-01:reconcile': withClient(asksWithToken),
  'SEC-01:forbidden': withClient(tellsForbiddenToken),
  'SEC-02': withClient(followsByHand),
  'SEC-02:login': withSession(followsLogin),
  'SEC-02:permanent': withClient(followsPermanent),
  'SEC-02:browse': withClient(followsSeeOther),
  'SEC-03': withOperation('upsert', logsPayload),
  'SEC-03:lost': withOperation('upsert', logsLost),
  'SEC-03:rows': withOperation('read', logsRows),
  'SEC-04': withOperation('upload', writesFile),
  'SEC-04:browse': withBrowse(keepsFields),
  'SEC-04:refused': withClient(keepsRefusals),
  'SEC-04:tls': withOperation('upload', trustsAnyone),
};
