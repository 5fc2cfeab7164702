// What every author would write again.
export { definePlugin, type PluginOf } from './define-plugin.js';
export { eachDocument } from './each-document.js';
export { concernsEveryDocument, failed } from './in-flight.js';
export { nearestName } from './nearest-name.js';
export { type BatchOptions, perBatch } from './per-batch.js';
export { perDocument } from './per-document.js';
