import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPlugin, OfflineFolder, ROOT, removePlugin, Tarballs } from './created-plugin.js';

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

/** Commands of the guide that need the network, or a second terminal, and what stands for them. */
class Reader {
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
    if (line.startsWith('npx connector create acme ')) this.plugin = createPlugin('acme', 'http-json', this.tarballs);
    else if (line === 'cd acme' || line === 'npm install') return;
    else if (line === 'cd ../shop') this.host = this.hostFolder();
    else if (line.startsWith('npm install ../acme/'))
      this.here.unpack(path.join(this.here.folder, line.split(' ')[2] ?? ''));
    else if (line.startsWith('node -e')) this.last = await this.startService(line);
    else {
      const { status, text } = this.here.run(line.replace('<address> <key>', this.last.trim()));
      this.last = text;
      const isMeantToFail = line === 'npm run conform -- --profile core';
      expect({ line, status, text }).toEqual({ line, status: isMeantToFail ? 1 : 0, text });
    }
  }

  private hostFolder(): OfflineFolder {
    return new OfflineFolder(path.join(this.here.folder, '..', 'shop'), this.tarballs);
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
    if (this.plugin !== undefined) removePlugin(this.plugin);
    this.tarballs.remove();
  }
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
