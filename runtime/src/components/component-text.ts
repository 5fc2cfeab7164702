import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type Json } from '@connector-runtime/core';
import { getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type ConfigIssue, pointerSegment } from './config-issue.js';
import { jsonFaultText } from './json-fault-text.js';

/** A place in a file, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A component's file: JSON with comments, its value, and where each part of it stands. */
export class ComponentText {
  readonly value: Json;

  private constructor(
    readonly file: string,
    private readonly text: string,
    private readonly tree: Node,
  ) {
    this.value = getNodeValue(tree) as Json;
  }

  /** Throws `COMPONENT_UNREADABLE` (`config`) with file, line and column. */
  static async read(file: string): Promise<ComponentText> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      throw unreadable(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, error);
    }
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
    const [first] = errors;
    if (first === undefined && tree !== undefined) return new ComponentText(file, text, tree);
    const { line, column } = placeAt(text, first?.offset ?? 0);
    throw unreadable(file, `line ${line}, column ${column}: ${jsonFaultText(first?.error, 'file')}`);
  }

  /** Folder that the component's file names are relative to. */
  get folder(): string {
    return path.dirname(path.resolve(this.file));
  }

  /** Where the part of a JSON pointer stands; where it is missing, the nearest part above it. */
  placeOf(pointer: string): Place {
    let node = this.tree;
    for (const segment of pointer.split('/').slice(1)) {
      const next = childOf(node, segment.replaceAll('~1', '/').replaceAll('~0', '~'));
      if (next === undefined) break;
      node = next;
    }
    return placeAt(this.text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }

  /** Keys that an object has twice; parsers take the last and say nothing. */
  duplicateKeys(): readonly ConfigIssue[] {
    return duplicatesIn(this.tree, '', (offset) => placeAt(this.text, offset));
  }
}

function childOf(node: Node, name: string): Node | undefined {
  if (node.type === 'array') return node.children?.[Number(name)];
  return node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function duplicatesIn(node: Node, pointer: string, placeOf: (offset: number) => Place): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const seen = new Set<string>();
  node.children?.forEach((child, index) => {
    const [key, value] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    const name = key === undefined ? String(index) : String(key.value);
    const own = `${pointer}/${pointerSegment(name)}`;
    if (seen.has(name)) {
      const { line, column } = placeOf(child.offset);
      issues.push({ path: own, rule: 'duplicate', message: `is there twice, again in line ${line}, column ${column}` });
    }
    seen.add(name);
    if (value !== undefined) issues.push(...duplicatesIn(value, own, placeOf));
  });
  return issues;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function unreadable(file: string, why: string, cause?: unknown): ConnectorError {
  return new ConnectorError(
    { category: 'config', code: 'COMPONENT_UNREADABLE', message: `${file}: ${why}`, effect: 'none', retryable: false },
    { cause },
  );
}
