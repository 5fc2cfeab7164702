import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connector, OfflineFolder, ROOT, Tarballs } from './created-plugin.js';

const GUIDE = readFileSync(path.join(ROOT, 'docs', 'guides', 'write-a-plugin.md'), 'utf8');

/** A listing of the guide, and what the comment before it says of it: `in: file`, `new: file`, `change: file`, `prints`; of commands, none. */
interface Listing {
  readonly kind: string;
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

const LISTINGS: readonly Listing[] = [
  ...GUIDE.matchAll(/(?:<!-- (in|new|change|prints)(?:: (\S+))? -->\n\n)?```(\w+)\n(.*?)^```$/gms),
].map(([, kind, file = '', language = '', text = '']) => ({
  kind: kind ?? (language === 'sh' ? 'commands' : 'nothing that a test knows'),
  file,
  language,
  text,
}));

const FROM_REGISTRY = 'npx -p @connector-runtime/runtime connector create ';
const FROM_CLONE = 'npx connector create ';

/** Commands of the guide that need the network, or a second terminal, and what stands for them. */
class Reader {
  /** What stands beside the clone, which is a folder that is empty here: nothing but the tarballs comes from it. */
  private readonly place = mkdtempSync(path.join(os.tmpdir(), 'connector-guide-'));
  private readonly tarballs = new Tarballs();
  private plugin: OfflineFolder | undefined;
  private host: OfflineFolder | undefined;
  private service: ChildProcess | undefined;
  private last = '';

  private get here(): OfflineFolder {
    const here = this.host ?? this.plugin;
    if (here === undefined) throw new Error('the guide does not begin with connector create');
    return here;
  }

  async follow({ kind, file, text }: Listing): Promise<void> {
    if (kind === 'commands') for (const line of text.trimEnd().split('\n')) await this.type(line);
    else if (kind === 'in') expect(this.here.read(file)).toContain(text);
    else if (kind === 'new') this.here.write(file, text);
    else if (kind === 'change') this.here.replace(file, side(text, '-'), side(text, '+'));
    else if (kind === 'prints') this.expectPrinted(text);
    else throw new Error(`a listing that nothing holds:\n${text}`);
  }

  /** Line by line and in order; `…` stands for what differs, or was left out. */
  private expectPrinted(text: string): void {
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('…').map(escaped).join('.*'));
    expect(this.last).toMatch(new RegExp(lines.join('[^]*?\n'), 's'));
  }

  private async type(line: string): Promise<void> {
    if (line.startsWith(FROM_REGISTRY)) this.create('registry', wordsAfter(FROM_REGISTRY, line));
    else if (line === 'npm run pack -- ../tarballs')
      symlinkSync(this.tarballs.folder, path.join(this.place, 'tarballs'));
    else if (line.startsWith(FROM_CLONE)) this.create('clone', wordsAfter(FROM_CLONE, line));
    else if (line === 'cd acme' || line === 'cd ../acme' || line === 'npm install') return;
    else if (line === 'cd ../shop') this.host = new OfflineFolder(path.join(this.place, 'shop'), this.tarballs);
    else if (line.startsWith('npm install ')) this.install(wordsAfter('npm install ', line));
    else if (line.startsWith('node -e')) this.last = await this.startService(line);
    else {
      const { status, text } = this.here.run(line.replace('<address> <key>', this.last.trim()));
      this.last = text;
      const isMeantToFail = line === 'npm run conform -- --profile core';
      expect({ line, status, text }).toEqual({ line, status: isMeantToFail ? 1 : 0, text });
    }
  }

  /** By the very words of the guide, which lead to the same plugin either way; the guide goes on with the last. */
  private create(from: 'registry' | 'clone', args: readonly string[]): void {
    const cwd = path.join(this.place, from);
    mkdirSync(cwd);
    connector(cwd, 'create', ...args);
    const created = path.resolve(cwd, args[0] ?? '');
    if (this.plugin !== undefined) expect(sourcesIn(created)).toEqual(sourcesIn(this.plugin.folder));
    else expect(sourcesIn(created)).not.toEqual({});
    if (from === 'clone') expect(created).toBe(path.join(this.place, 'acme'));
    this.plugin = new OfflineFolder(created, this.tarballs);
  }

  /** Tarballs from where the line says that they are; a name stands for what the registry has, and is there already. */
  private install(packages: readonly string[]): void {
    const files = packages.filter((name) => name.startsWith('../'));
    const { status, text } = this.here.run(`ls ${files.join(' ')}`);
    expect({ status, text }).toEqual({ status: 0, text });
    const found = text.trimEnd().split('\n');
    expect(found).toHaveLength(files.length);
    for (const file of found) this.here.unpack(path.resolve(this.here.folder, file));
  }

  private startService(line: string): Promise<string> {
    const service = spawn('sh', ['-c', `exec ${line}`], {
      cwd: this.here.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.service = service;
    return new Promise((resolve) => service.stdout.setEncoding('utf8').once('data', resolve));
  }

  close(): void {
    this.service?.kill();
    rmSync(this.place, { recursive: true });
    this.tarballs.remove();
  }
}

function wordsAfter(beginning: string, line: string): readonly string[] {
  return line.slice(beginning.length).split(' ');
}

/** Every file that `connector create` wrote but package.json, which says where packages come from. */
function sourcesIn(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !/^(node_modules|package\.json$)/.test(file) && statSync(path.join(folder, file)).isFile(),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}

/** What a change begins with (`-`), or leads to (`+`). */
function side(diff: string, sign: '-' | '+'): string {
  return diff
    .split('\n')
    .filter((line) => line.startsWith(' ') || line.startsWith(sign))
    .map((line) => `${line.slice(1)}\n`)
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('whoever follows the guide for plugin authors, listing by listing, arrives', async () => {
  const reader = new Reader();
  try {
    for (const listing of LISTINGS) await reader.follow(listing);
  } finally {
    reader.close();
  }
}, 240_000);

test('every listing of the guide is held', () => {
  expect(LISTINGS).toHaveLength((GUIDE.match(/^```/gm) ?? []).length / 2);
});
