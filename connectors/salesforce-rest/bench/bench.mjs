// Ours beside jsforce, on the same work in one run: node bench/bench.mjs [--only <part of a name>]… [--repetitions 3] [--write].
// Each measurement is a fresh process, contestants take turns, and content is verified by hash in a run of its own before: every field of every record that was read or written. Exits with 1 where ours is behind, or content differs.
// --write puts the rows that were measured into the table of docs/performance.md, each with its day.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { recordOf, sumOf, writtenOf } from './records.mjs';
import { WORKLOADS } from './workloads.mjs';

const CONTESTANTS = ['ours', 'jsforce'];
const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));
/** One that has not ended by then counts as one that never does. */
const LIMIT_MS = 120_000;
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    repetitions: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const names = Object.keys(WORKLOADS).filter((name) => values.only?.some((part) => name.includes(part)) ?? true);
const lines = [];
let isBehind = false;
for (const name of names) {
  const line = await compared(name, Number(values.repetitions));
  lines.push(line);
  isBehind ||= line.isBehind;
  console.log(line.text);
}
if (values.write) writePage(lines);
process.exitCode = isBehind ? 1 : 0;

async function compared(name, repetitions) {
  const { problems, ended } = await verified(name);
  const runs = { ours: [], jsforce: [] };
  const contestants = CONTESTANTS.filter((contestant) => ended.has(contestant));
  const service = await started(WORKLOADS[name].service);
  try {
    for (let repetition = 0; repetition < repetitions; repetition += 1)
      for (const contestant of repetition % 2 === 0 ? contestants : contestants.toReversed())
        runs[contestant].push(await measured(contestant, name, service.url));
  } finally {
    service.child.kill();
  }
  const ours = middle(runs.ours);
  const jsforce = middle(runs.jsforce);
  const times = jsforce === undefined ? Number.POSITIVE_INFINITY : jsforce.tookMs / ours.tookMs;
  return {
    name,
    isBehind: problems.some((problem) => problem.startsWith('ours')) || !(times > 1),
    text: [
      '',
      name,
      WORKLOADS[name].title,
      rate(ours, WORKLOADS[name]),
      jsforce === undefined ? 'does not end' : rate(jsforce, WORKLOADS[name]),
      jsforce === undefined ? '–' : times.toFixed(2),
      pair(ours, jsforce, ({ cpuMs }) => ((cpuMs * 1000) / WORKLOADS[name].docs).toFixed(cpuMs > 1e4 ? 1 : 0)),
      pair(ours, jsforce, ({ rssMiB }) => rssMiB.toFixed(0)),
      pair(ours, jsforce, ({ stallMs }) => stallMs.toFixed(0)),
      problems.length === 0 ? 'right' : problems.join('; '),
      '',
    ]
      .join(' | ')
      .trim(),
  };
}

/** What is wrong with what each contestant read, or with what the service was sent; and who came to an end. */
async function verified(name) {
  const service = await started({ ...WORKLOADS[name].service, verify: true });
  const problems = [];
  const ended = new Set();
  let expected = expectedOf(name);
  try {
    for (const contestant of CONTESTANTS) {
      const figures = await measured(contestant, name, service.url, '--verify');
      const { written } = await (await fetch(`${service.url}/__bench`)).json();
      if (figures === undefined) {
        if (contestant === 'ours') problems.push('ours does not end');
        continue;
      }
      ended.add(contestant);
      const seen = `${figures.read} ${written}`;
      // There is no model of the schemas: the contestants are held to each other.
      expected ??= seen;
      if (seen !== expected) problems.push(`${contestant} is wrong (${countsOf(seen)} for ${countsOf(expected)})`);
    }
  } finally {
    service.child.kill();
  }
  return { problems, ended };
}

/** How many records were read and written. */
function countsOf(sums) {
  return sums.replaceAll(/:\d+/g, '').replace(' ', ' read, ').concat(' written');
}

/** Sums of what is to be read and to be written. */
function expectedOf(name) {
  const { docs } = WORKLOADS[name];
  if (name === 'W7') return undefined;
  const isWrite = /^W[234]/.test(name);
  return isWrite ? `0:0 ${sumOf(docs, writtenOf)}` : `${sumOf(docs, recordOf)} 0:0`;
}

async function started(settings) {
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=8192', fileOf('service.mjs'), JSON.stringify(settings)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
  return { child, url };
}

/** Figures of one run; `undefined` where it broke off or did not end. */
async function measured(contestant, name, url, ...flags) {
  const child = spawn(process.execPath, [fileOf('measured.mjs'), contestant, name, url, ...flags], {
    stdio: ['ignore', 'pipe', contestant === 'ours' ? 'inherit' : 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let text = '';
  for await (const piece of child.stdout) text += piece;
  clearTimeout(timer);
  return text.startsWith('{') ? JSON.parse(text) : undefined;
}

/** The run in the middle by its time; `undefined` where one did not end. */
function middle(runs) {
  if (runs.some((run) => run === undefined)) return undefined;
  return runs.toSorted((a, b) => a.tookMs - b.tookMs)[Math.floor(runs.length / 2)];
}

function rate({ tookMs }, { docs, isColdStart }) {
  if (isColdStart) return `${tookMs.toFixed(0)} ms`;
  const perSecond = (docs * 1000) / tookMs;
  return `${perSecond >= 10_000 ? `${(perSecond / 1000).toFixed(0)}k` : perSecond.toFixed(0)}/s`;
}

function pair(ours, jsforce, of) {
  return `${of(ours)} / ${jsforce === undefined ? '–' : of(jsforce)}`;
}

function writePage(measuredLines) {
  const from = '<!-- bench: begin -->';
  const to = '<!-- bench: end -->';
  const page = readFileSync(PAGE, 'utf8');
  const header =
    '| name | workload | ours | jsforce | times | CPU µs a document | peak RSS MiB | longest stall ms | content | measured |';
  const day = `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${os.availableParallelism()} cores, median of ${values.repetitions}`;
  const rows = new Map(
    page
      .slice(page.indexOf(from), page.indexOf(to))
      .split('\n')
      .map((line) => [line.split('|')[1]?.trim(), line]),
  );
  for (const { name, text } of measuredLines) rows.set(name, `${text} ${day} |`);
  const known = Object.keys(WORKLOADS).filter((name) => rows.has(name));
  const table = [from, '', ...aligned([header, ...known.map((name) => rows.get(name))]), '', to].join('\n');
  writeFileSync(PAGE, page.slice(0, page.indexOf(from)) + table + page.slice(page.indexOf(to) + to.length));
}

/** A table whose columns stand below each other, a line under its head. */
function aligned(texts) {
  const rows = texts.map((text) =>
    text
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(rows[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)];
}
