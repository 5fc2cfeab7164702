// One measurement in a process of its own: node measured.mjs <contestant> <workload> <address> [--verify]. Prints its figures as JSON.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { HashSum } from './records.mjs';
import { WORKLOADS } from './workloads.mjs';

const [, , contestant, name, url, ...flags] = process.argv;
const verify = flags.includes('--verify') ? new HashSum() : undefined;
const { INPUTS, RUNS } = await import(`./${contestant}.mjs`);
// What is written is there before: making it is no client's work. Of a million records it is made on the way, for all contestants.
const workload = { ...WORKLOADS[name], inputs: INPUTS[name]?.(WORKLOADS[name]) };
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
// A cold start says when its first document was there, counted from the start of the process.
const atMs = await RUNS[name](url, workload, verify);
const tookMs = atMs ?? performance.now() - startedMs;
const cpu = process.cpuUsage(cpuBefore);
delay.disable();
const figures = {
  tookMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
  rssMiB: process.resourceUsage().maxRSS / 1024,
  stallMs: delay.max / 1e6,
  read: String(verify ?? ''),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
