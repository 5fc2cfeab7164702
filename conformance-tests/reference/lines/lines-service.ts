import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Gate, LedgerEntry, ServiceFault } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';
import { type Frame, FrameReader, frameBytes } from './lines-frame.js';
import { LinesSnapshots } from './lines-snapshots.js';
import { LinesStore, linesAfter } from './lines-store.js';

const PAGE_TYPES = 100;
const FIELDS = [
  { name: 'key', type: 'string' },
  { name: 'text', type: 'string' },
  { name: 'number', type: 'number' },
  { name: 'date', type: 'string' },
  { name: 'note', type: 'string' },
] as const;

type Answer = readonly [outcome: string, text?: string];

/** A small store that speaks the line protocol, in this process: sessions, typed entries, pages, batches. */
export class LinesService {
  /** What a client logs in with. */
  password: string;
  typeCount = 3;
  readonly store = new LinesStore();
  readonly snapshots = new LinesSnapshots();
  /** What every statement goes through. */
  gate: Gate = async (_, serve) => serve(undefined);
  private readonly sessions = new Set<string>();
  private sessionsGiven = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly seed: number) {
    this.password = `password-${seed}`;
    this.server = createServer({ noDelay: true }, (socket) => this.greet(socket));
  }

  static async start(seed: number): Promise<LinesService> {
    const service = new LinesService(seed);
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get ledger(): readonly LedgerEntry[] {
    return this.store.ledger;
  }

  expireSessions(): void {
    this.sessions.clear();
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private greet(socket: Socket): void {
    const reader = new FrameReader();
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      try {
        for (const statement of reader.read(piece)) this.take(socket, statement).catch(() => socket.destroy());
      } catch {
        socket.destroy();
      }
    });
    socket.write(answerBytes(['READY']));
  }

  private take(socket: Socket, { words, payload }: Frame): Promise<void> {
    const [verb = '', target = '', session = ''] = words;
    const body = Buffer.from(payload);
    return this.gate({ method: verb, path: target, body }, (fault) => {
      // By the protocol nothing was applied that is answered so.
      const answer: Answer =
        fault === 'refuse' ? ['BUSY'] : this.answer(verb, decodeURIComponent(target), session, body.toString());
      give(socket, answerBytes(answer), fault);
    });
  }

  private answer(verb: string, target: string, session: string, text: string): Answer {
    if (verb === 'LOGIN') return this.login(text);
    if (!this.sessions.has(session)) return ['EXPIRED'];
    switch (verb) {
      case 'PING':
        return ['OK'];
      case 'TYPES':
        return this.types(JSON.parse(text) as { readonly after: string; readonly search: string });
      case 'TYPE':
        return this.typeNames().includes(target) ? ['OK', JSON.stringify({ fields: FIELDS })] : ['UNKNOWN_TYPE'];
      case 'SCAN':
        return this.scan(target, JSON.parse(text) as { readonly after: string; readonly rows: number });
      case 'SNAPSHOT':
        return ['OK', this.snapshots.begin(this.store.sorted)];
      case 'STATE':
        return this.stateOf(target);
      case 'DROP':
        return this.snapshots.drop(target) ? ['OK'] : ['ABSENT'];
      case 'FIND':
        return [
          'OK',
          this.each(JSON.parse(text) as readonly string[], (key) => (this.store.has(key) ? 'OK' : 'ABSENT')),
        ];
      case 'ADD':
        return ['OK', this.each(text.split('\n'), (line) => this.store.add(line))];
      case 'PUT':
        return [this.store.put(text)];
      case 'REMOVE':
        return [this.store.remove(JSON.parse(text) as string)];
      default:
        return ['UNKNOWN_VERB'];
    }
  }

  private login(password: string): Answer {
    if (password !== this.password) return ['DENIED'];
    this.sessionsGiven += 1;
    const session = `session-${this.seed}-${this.sessionsGiven}`;
    this.sessions.add(session);
    return ['OK', session];
  }

  private stateOf(snapshot: string): Answer {
    const state = this.snapshots.stateOf(snapshot);
    return state === undefined ? ['ABSENT'] : ['OK', state];
  }

  private typeNames(): readonly string[] {
    return Array.from({ length: this.typeCount }, (_, n) => (n === 0 ? 'thing' : `thing-${n}`)).sort();
  }

  private types({ after, search }: { readonly after: string; readonly search: string }): Answer {
    const names = this.typeNames().filter((name) => name > after && name.includes(search));
    const page: Json = { names: names.slice(0, PAGE_TYPES), isLast: names.length <= PAGE_TYPES };
    return ['OK', JSON.stringify(page)];
  }

  /** Of a snapshot, or of what is there now. */
  private scan(target: string, { after, rows }: { readonly after: string; readonly rows: number }): Answer {
    const entries = this.snapshots.get(target) ?? (this.typeNames().includes(target) ? this.store.sorted : undefined);
    if (entries === undefined) return ['UNKNOWN_TYPE'];
    return ['OK', linesAfter(entries, after, rows).join('\n')];
  }

  private each<T>(things: readonly T[], outcomeOf: (thing: T) => string): string {
    return things.map(outcomeOf).join('\n');
  }
}

function answerBytes([outcome, text = '']: Answer): Uint8Array {
  return frameBytes({ words: [outcome], payload: Buffer.from(text) });
}

function give(socket: Socket, answer: Uint8Array, fault: ServiceFault | undefined): void {
  switch (fault) {
    case 'hang':
      return;
    case 'lose':
      socket.destroy();
      return;
    case 'cut':
      socket.end(answer.subarray(0, -1));
      return;
    default:
      socket.write(answer);
  }
}
