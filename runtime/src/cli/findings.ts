import { isConnectorError } from '@connector-runtime/core';
import type { ComponentText } from '../components/component-text.js';
import { UsageError } from './exit-codes.js';

/** What was found in a component's file: a fault, or, where it is valid all the same, a warning. */
export interface Finding {
  readonly file: string;
  readonly valid: boolean;
  readonly line?: number;
  readonly column?: number;
  /** JSON pointer from the file's root. */
  readonly path?: string;
  readonly code?: string;
  readonly message?: string;
}

/** A component's file has faults: all of them, a line each. */
export class ComponentFault extends UsageError {
  readonly lines: readonly string[];

  constructor(findings: readonly Finding[]) {
    const lines = findings.map(lineOf);
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A component, unless its file has faults, and what was found in it. */
export interface Checked<T> {
  readonly component: T | undefined;
  readonly findings: readonly Finding[];
}

/** Findings in one file. `redact` strikes secrets out of their messages. */
export class Findings {
  private readonly found: (Finding & { readonly message: string })[] = [];

  constructor(
    private readonly text: ComponentText,
    private readonly redact: (text: string) => string,
  ) {}

  /** Without the secrets that are known by now: some are read after the first findings. */
  get all(): readonly Finding[] {
    return this.found.map((finding) => ({ ...finding, message: this.redact(finding.message) }));
  }

  get hasFault(): boolean {
    return this.found.some((finding) => !finding.valid);
  }

  fault(code: string, at: string, message: string): void {
    this.add({ valid: false, code }, at, message);
  }

  warning(at: string, message: string): void {
    this.add({ valid: true }, at, message);
  }

  /** What `work` gives; what it throws of ours is a fault at this place. */
  async attempt<T>(at: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      this.fault(error.info.code, at, error.info.message);
      return undefined;
    }
  }

  private add(kind: { readonly valid: boolean; readonly code?: string }, at: string, message: string): void {
    this.found.push({ file: this.text.file, ...kind, ...this.text.placeOf(at), path: at, message });
  }
}

/** "c.json:3:5: /properties/url: is missing", behind its code. */
function lineOf({ file, line, column, path: at, code, message }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return `${code}: ${place}: ${at === undefined ? '' : `${at || '/'}: `}${message}`;
}
