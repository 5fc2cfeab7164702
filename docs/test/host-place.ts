import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ConnectionComponent, ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import { type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import { GreetingService } from './greeting-service.js';
import { type NotesService, notesPlugin } from './notes-plugin.js';

/** Services, runtimes and a folder of one test, gone with it. */
export class HostPlace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'connector-host-'));
  private readonly closers: (() => Promise<unknown>)[] = [];

  async org(options: SalesforceOrgOptions = {}): Promise<SalesforceOrg> {
    const org = await startSalesforceOrg({ accounts: 20, ...options });
    this.closers.push(() => org.close());
    return org;
  }

  async greetingService(): Promise<GreetingService> {
    const service = await GreetingService.start();
    this.closers.push(() => service.close());
    return service;
  }

  /** A connection to the notes, in a runtime of its own. */
  async notes(service: NotesService): Promise<RuntimeConnection> {
    const runtime = this.closing(new ConnectorRuntime({ plugins: [notesPlugin(service)] }));
    return runtime.connect({ plugin: 'notes', properties: {} });
  }

  closing(runtime: ConnectorRuntime): ConnectorRuntime {
    this.closers.push(() => runtime.close());
    return runtime;
  }

  async remove(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    rmSync(this.folder, { recursive: true });
  }
}

/** How an org is reached, with the secret in the open. */
export function componentOf(
  { url, clientId, clientSecret }: SalesforceOrg,
  properties: Readonly<Record<string, string>> = {},
): ConnectionComponent {
  const login = { authenticationType: 'OAUTH_2', grantType: 'clientCredentials', clientId, clientSecret };
  return { plugin: 'salesforce-rest', properties: { url, ...login, ...properties } };
}
