type OpenTelemetry = typeof import('@opentelemetry/api');

/** Where all copies of the API keep what a host has registered (its source, "global-utils"). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

let api: OpenTelemetry | undefined;

/** OpenTelemetry's API, once the host has registered a provider with it; before that nobody listens, and it need not be loaded. */
export function openTelemetry(): OpenTelemetry | undefined {
  if (!(REGISTERED in globalThis)) return undefined;
  api ??= require('@opentelemetry/api') as OpenTelemetry;
  return api;
}
