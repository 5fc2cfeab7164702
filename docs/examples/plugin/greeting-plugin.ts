import { type CallContext, CONNECTION_PROPERTIES, type Connection, type Document, type ExecutionContext, HTTP_CLIENT, type HttpClient, inject, injectable, type Properties, type TestFinding } from '@connector-runtime/core';
import { definePlugin, perDocument } from '@connector-runtime/core/authoring';

@injectable()
class GreetingConnection implements Connection {
  constructor(@inject(HTTP_CLIENT) private readonly http: HttpClient, @inject(CONNECTION_PROPERTIES) private readonly properties: Properties) {}
  async open(context: CallContext) { await this.send('GET', 'none', undefined, context); }
  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now(); await this.open(context);
    return [{ name: 'service', ok: true, tookMs: context.clock.now() - startedMs }];
  }
  async close() {}
  send(method: string, effect: 'none' | 'once', body: string | undefined, context: CallContext) {
    return this.http.send({ method, url: String(this.properties['url']), effect, ...(body === undefined ? {} : { body }) }, context);
  }
}

@injectable()
class Greet {
  constructor(@inject(GreetingConnection) private readonly connection: GreetingConnection) {}
  execute(documents: AsyncIterable<Document>, context: ExecutionContext) {
    return perDocument(documents, context, async ({ id, body }) => {
      const answer = await this.connection.send('POST', 'once', await body.text(1_000), context);
      return { type: 'result', inputs: [id], status: 'success', code: String(answer.status), body: answer.body };
    });
  }
}

export default definePlugin({
  manifest: {
    id: 'greeting', version: '1.0.0', contract: '^1.0', title: 'Greeting', configVersion: 1, egress: ['{/url}'],
    connection: { properties: { type: 'object', required: ['url'], additionalProperties: false, properties: { url: { type: 'string' } } } },
    operations: [{
      id: 'greet', title: 'Greet', effect: 'create', repeat: 'unsafe', properties: { type: 'object', additionalProperties: false, properties: {} },
      objectType: 'none', accepts: ['text/plain'], emits: [], order: 'input', resumable: false, reconciles: false,
      limits: { maxDocumentBytes: 1_000, maxInFlight: 4, stopWithinMs: 1_000 },
    }],
  },
  connection: GreetingConnection, operations: { greet: () => Greet },
});
