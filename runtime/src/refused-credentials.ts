import { createHash } from 'node:crypto';
import type { ConnectorError, Json } from '@connector-runtime/core';
import type { RefusalMemory } from './connection-opening.js';

/** What a runtime remembers, for its own life only, of configurations whose credentials were refused. */
export class RefusedCredentials {
  private readonly refusals = new Map<string, ConnectorError>();

  /** The memory of one configuration; any change of it is another. `owner`: plugin and connection id. */
  of(owner: string, properties: Readonly<Record<string, Json>>): RefusalMemory {
    const key = createHash('sha256')
      .update(JSON.stringify([owner, properties]))
      .digest('base64');
    const { refusals } = this;
    return {
      get refusal() {
        return refusals.get(key);
      },
      set refusal(error: ConnectorError | undefined) {
        if (error === undefined) refusals.delete(key);
        else refusals.set(key, error);
      },
    };
  }
}
