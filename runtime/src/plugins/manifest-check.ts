import { CONTRACT_VERSION, ConnectorError, type ConnectorPlugin, type Json } from '@connector-runtime/core';
import type { ConfigIssue } from '../components/config-issue.js';
import { manifestValidator } from '../components/manifest-validator.js';

/** What nearly every plugin asks for; other ranges are read by semver, whose twenty files a cold start can do without. */
const PLAIN_RANGE = `^${CONTRACT_VERSION.split('.', 2).join('.')}`;

/**
 * Throws `PLUGIN_INVALID` (`contract`) with every fault of a plugin that can be seen without running it: the manifest against its schema and the contract's version,
 * the manifest against the classes. A property schema that does not compile is told of at its first use.
 */
export function checkPlugin(plugin: ConnectorPlugin, source: string): void {
  const issues = manifestIssues(plugin);
  if (issues.length === 0) issues.push(...classIssues(plugin));
  if (issues.length === 0) return;
  throw new ConnectorError({
    category: 'contract',
    code: 'PLUGIN_INVALID',
    message: `plugin ${source}: ${issues.map((issue) => `${issue.path || '/'}: ${issue.message}`).join('; ')}`,
    effect: 'none',
    retryable: false,
    path: issues[0]?.path ?? '',
  });
}

function manifestIssues(plugin: ConnectorPlugin): ConfigIssue[] {
  if (
    typeof plugin !== 'object' ||
    plugin === null ||
    typeof plugin.manifest !== 'object' ||
    plugin.manifest === null
  ) {
    return [{ path: '', rule: 'plugin', message: 'exports no plugin object with a manifest' }];
  }
  const { manifest } = plugin;
  // First: what another contract may add, this one's schema does not know.
  const foreign = contractIssue(manifest.contract);
  if (foreign !== undefined) return [foreign];
  let asJson: Json;
  try {
    asJson = JSON.parse(JSON.stringify(manifest)) as Json;
  } catch (error) {
    return [{ path: '', rule: 'json', message: `is not plain JSON: ${String(error)}` }];
  }
  const faults = manifestValidator().issues(asJson);
  if (faults.length > 0) return [...faults];
  const issues: ConfigIssue[] = [];
  const ids = new Set<string>();
  manifest.operations.forEach((operation, index) => {
    if (ids.has(operation.id))
      issues.push({ path: `/operations/${index}/id`, rule: 'unique', message: `${operation.id} is declared twice` });
    ids.add(operation.id);
  });
  return issues;
}

/** Of a range that is text; what is none is for the schema to say. */
function contractIssue(range: unknown): ConfigIssue | undefined {
  if (typeof range !== 'string') return undefined;
  if (range === PLAIN_RANGE) return undefined;
  const rangeContains = require('semver/functions/satisfies.js') as typeof import('semver/functions/satisfies.js');
  const validRange = require('semver/ranges/valid.js') as typeof import('semver/ranges/valid.js');
  const at = { path: '/contract', rule: 'contract' };
  if (validRange(range) === null) return { ...at, message: `must be a semver range, got ${JSON.stringify(range)}` };
  if (rangeContains(CONTRACT_VERSION, range)) return undefined;
  return { ...at, message: `asks for contract ${range}, this runtime offers ${CONTRACT_VERSION}` };
}

function classIssues(plugin: ConnectorPlugin): ConfigIssue[] {
  const { manifest } = plugin;
  const issues: ConfigIssue[] = [];
  if (typeof plugin.connection !== 'function')
    issues.push({ path: '', rule: 'plugin', message: 'has no connection class' });
  const declared = new Set(manifest.operations.map((operation) => operation.id));
  const present = Object.keys(plugin.operations ?? {});
  for (const id of declared) {
    if (!present.includes(id))
      issues.push({
        path: '/operations',
        rule: 'plugin',
        message: `declares ${id}, but the plugin has no such operation`,
      });
  }
  for (const id of present) {
    if (!declared.has(id))
      issues.push({ path: '/operations', rule: 'plugin', message: `does not declare ${id}, which the plugin has` });
  }
  if ((manifest.browse === undefined) !== (plugin.browse === undefined)) {
    issues.push({
      path: '/browse',
      rule: 'plugin',
      message: 'must be declared exactly if the plugin has a browse class',
    });
  }
  return issues;
}
