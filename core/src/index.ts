import 'reflect-metadata';

// The contract, in reading order.

export type { Browse, DescribeQuery, Field, ObjectDefinition, ObjectType, SchemaFormat } from './browse.js';
export type { Connection, LoginPrompt, TestFinding } from './connection.js';
export type { Body, Document, Properties } from './document.js';
export { ConnectorError, type ErrorCategory, type ErrorInfo, isConnectorError } from './errors.js';
export { inject, injectable } from './injection.js';
export type { Json, JsonRecord, JsonScalar, JsonSchema } from './json.js';
export {
  type BatchDescriptor,
  CONTRACT_VERSION,
  type ConnectorManifest,
  type OperationDescriptor,
  type OperationLimits,
  type OperationVariant,
} from './manifest.js';
export type {
  CheckpointEvent,
  Content,
  Events,
  ExecutionContext,
  Operation,
  OperationEvent,
  OutputEvent,
  ProgressEvent,
  ResultEvent,
} from './operation.js';
export type { Choice, ConnectorPlugin, Constructor, SharedClass } from './plugin.js';
export type {
  Cache,
  CallContext,
  Clock,
  CredentialStore,
  HttpClient,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  Logger,
  Meter,
  Secret,
  Spool,
  Usage,
} from './services.js';
export { errorInfoOf, type Status, statusOfError } from './status.js';
export { CACHE, CONNECTION_PROPERTIES, CREDENTIAL_STORE, HTTP_CLIENT } from './tokens.js';
