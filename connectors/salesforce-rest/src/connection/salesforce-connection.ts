import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  inject,
  injectable,
  type LoginPrompt,
  type TestFinding,
} from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';
import { SalesforceTransport } from '../transport/salesforce-transport.js';
import { SESSION_SOURCE } from '../transport/session-source.js';
import type { SalesforceSession } from './session.js';

/** A configured organisation and user. Opening takes the stored session, or logs in where there is none; a stored one that is stale is renewed by the first call that finds out. */
@injectable()
export class SalesforceConnection implements Connection {
  constructor(
    @inject(SESSION_SOURCE) private readonly sessions: SalesforceSession,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties,
  ) {}

  async open(context: CallContext): Promise<void> {
    await this.sessions.current(context);
  }

  login(person: LoginPrompt, context: CallContext): Promise<void> {
    return this.sessions.login(person, context);
  }

  logout(context: CallContext): Promise<void> {
    return this.sessions.logout(context);
  }

  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const { findApiUsage, findEdition, findHost, findLoginMethod } = await import('./connection-findings.js');
    const { transport, properties } = this;
    const session = await this.sessions.current(context);
    const edition = await findEdition(transport, session, context);
    const usage = await findApiUsage(transport, properties, context);
    const method = await findLoginMethod(properties, context);
    return [edition, usage, method, await findHost(properties, await this.sessions.current(context), context)];
  }

  /** Nothing is held beyond memory; the session stays valid for the next run. */
  async close(): Promise<void> {}
}
