import 'reflect-metadata';

export {
  type ConnectionComponent,
  type HttpComponent,
  type OperationComponent,
  readConnectionComponent,
  readOperationComponent,
} from './components/component-file.js';
export { type ConfigIssue, issuesOf } from './components/config-issue.js';
export type { SecretResolver } from './components/secret-references.js';
export type { RuntimeLimits } from './connection-services.js';
export { ConnectorRuntime, type RuntimeOptions } from './connector-runtime.js';
export type { CallOptions } from './execution/call-limit.js';
export type { DocumentInput, Documents, FiniteDocuments, RefusedInput } from './execution/document-input.js';
export type { StatusCounts } from './execution/document-ledger.js';
export type { Execution, ExecutionSummary } from './execution/execution.js';
export type { HttpLimits } from './http/connection-http-client.js';
export { type Fetch, fetchTransport } from './http/fetch-transport.js';
export {
  type AnswerStream,
  AttemptLost,
  type HttpAnswer,
  type HttpAttempt,
  type HttpPool,
  type HttpSettings,
  type HttpTransport,
} from './http/http-transport.js';
export { undiciTransport } from './http/undici-transport.js';
export { loadPlugin } from './plugins/plugin-loader.js';
export type { DescribeRequest, ExecutionOptions, ExecutionRequest, RuntimeConnection } from './runtime-connection.js';
export type { LifecycleEventName, LifecycleEvents, LifecycleListener, RuntimeEvents } from './services/events.js';
export { FileCredentialStore } from './services/file-credential-store.js';
export { jsonLineSink, type LogLevel, type LogSink } from './services/log-sink.js';
export { MemoryCache } from './services/memory-cache.js';
export { MemoryCredentialStore } from './services/memory-credential-store.js';
export type { Redactor } from './services/redaction.js';
