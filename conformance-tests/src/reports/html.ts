import { createHash } from 'node:crypto';
import { type CheckReport, headlineOf, isAllowed, type Outcome, type Report } from '../report.js';
import { escaped } from './markup.js';

/** Worst first: what a reviewer looks for. */
const OUTCOMES: readonly Outcome[] = ['fail', 'error', 'blocked', 'waived', 'unproven', 'skip', 'pass'];

/** The report as one page that needs nothing else: the verdict first, then the checks by group, to be searched and filtered. No script from elsewhere.
 * Where the plugin is not conformant, what passed or does not apply is filtered out at first. `#<check id>` opens a check. */
export function reportAsHtml(report: Report): string {
  const groups = new Map<string, CheckReport[]>();
  for (const check of report.checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check]);
  const count = (outcome: Outcome) => report.checks.filter((check) => check.outcome === outcome).length;
  const filters = OUTCOMES.filter((outcome) => count(outcome) > 0).map(
    (outcome) =>
      `<label><input type="checkbox" name="outcome" value="${outcome}"${isAllowed(report.checks) || isWorthALook(outcome) ? ' checked' : ''}> <span class="mark ${outcome}">${outcome}</span> ${count(outcome)}</label>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'">
<title>${escaped(report.verdict)}</title>
<style>${STYLE}</style>
</head>
<body>
<header class="${isAllowed(report.checks) ? 'good' : 'bad'}">
<h1>${escaped(report.plugin.title)} ${escaped(report.plugin.version)}: ${headlineOf(report)}</h1>
<p>${escaped(report.verdict)}</p>
${linksOf(report)}
<p class="facts">contract ${escaped(report.contractVersion)} · suite ${escaped(report.suiteVersion)} · profile ${report.profile} · seed ${report.seed} · Node ${escaped(report.node)} · ${escaped(report.date.slice(0, 16).replace('T', ' '))} UTC</p>
</header>
<form role="search" aria-label="Filter the checks">
<label>Search <kbd>/</kbd> <input type="search" id="search" placeholder="id, title or text"></label>
${filters.join('\n')}
<output id="shown" aria-live="polite"></output>
</form>
<main>
${[...groups].map(([group, checks]) => groupOf(group, checks)).join('\n')}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Only these texts are taken for a style and a script. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function isWorthALook(outcome: Outcome): boolean {
  return outcome !== 'pass' && outcome !== 'skip';
}

/** Ways to the checks for which a reader has come; what is only blocked by them is no way. */
function linksOf({ checks }: Report): string {
  const links = checks
    .filter(({ outcome }) => isWorthALook(outcome) && outcome !== 'blocked')
    .map(
      ({ id, outcome, title, reason, card }) =>
        `<li><a class="mark ${outcome}" href="#${id}">${id}</a> ${escaped(title)}${card === undefined && reason !== undefined ? `: ${escaped(reason)}` : ''}</li>`,
    );
  return links.length === 0 ? '' : `<ul aria-label="To look at">${links.join('')}</ul>`;
}

function groupOf(group: string, checks: readonly CheckReport[]): string {
  const passed = checks.filter(({ outcome }) => outcome === 'pass').length;
  return `<section><h2>${escaped(group)} <span class="count">${passed} of ${checks.length} passed</span></h2>\n${checks.map(checkOf).join('\n')}</section>`;
}

function checkOf(check: CheckReport): string {
  const { id, level, title, rule, outcome, reason, card, tookMs } = check;
  const isOpen = outcome === 'fail' || outcome === 'error';
  const summary = `<summary><span class="mark ${outcome}">${outcome}</span><code>${escaped(id)}</code><span class="level">${escaped(level)}</span><span class="title">${escaped(title)}</span><span class="ms">${tookMs} ms</span></summary>`;
  const rows =
    card === undefined
      ? [['rule', rule], ...(reason === undefined ? [] : [['why', reason]])]
      : [
          ['rule', rule],
          ...(card.operation === undefined ? [] : [['operation', card.operation]]),
          ['did', card.did],
          ['expected', card.expected],
          ['seen', card.seen],
          ['usual cause', card.cause],
          ['again', card.again],
        ];
  const facts = rows.map(([name = '', text = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`).join('');
  const last =
    card === undefined || card.last.length === 0
      ? ''
      : `<h3>Last events and requests</h3><pre>${escaped(card.last.join('\n'))}</pre>`;
  return `<details class="check" id="${escaped(id)}" data-outcome="${escaped(outcome)}"${isOpen ? ' open' : ''}>${summary}<dl>${facts}</dl>${last}</details>`;
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c1e21; --dim: #5c6370; --line: #d8dce2; --back: #fff; --panel: #f5f7f9; --good: #1a7f37; --bad: #b42318; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --dim: #9aa3ae; --line: #373d45; --back: #15181c; --panel: #1e2227; --good: #4cc26b; --bad: #ff8077; --warn: #e3b341; } }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
header { border-left: .5rem solid var(--bad); padding: .25rem 1rem; background: var(--panel); }
header.good { border-color: var(--good); }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; } h3 { font-size: .9rem; margin: .75rem 1rem .25rem; }
ul { list-style: none; padding: 0; margin: .5rem 0; } li { margin: .2rem 0; } li .mark { text-decoration: none; }
.facts, .ms, .level, .count { color: var(--dim); font-size: .85rem; }
form { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .75rem 0; background: var(--back); border-bottom: 1px solid var(--line); }
input[type=search] { font: inherit; padding: .25rem .5rem; min-width: 16rem; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 4px; }
kbd { font: .8rem ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; color: var(--dim); } .count { font-weight: normal; }
.check { border-bottom: 1px solid var(--line); scroll-margin-top: 5rem; } summary { display: grid; grid-template-columns: .75rem 5.5rem 5rem 4.5rem 1fr auto; gap: .75rem; align-items: baseline; padding: .4rem .25rem; cursor: pointer; } summary::before { content: '▸'; color: var(--dim); } [open] > summary::before { content: '▾'; } summary:hover { background: var(--panel); }
summary:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.mark { display: inline-block; min-width: 4.5rem; padding: 0 .4rem; border: 1px solid; border-radius: 4px; text-align: center; font-size: .85rem; color: var(--dim); }
.mark.pass { color: var(--good); } .mark.fail, .mark.error, .mark.blocked { color: var(--bad); } .mark.unproven, .mark.waived { color: var(--warn); }
@media (max-width: 44rem) { summary { grid-template-columns: .75rem 5.5rem 1fr auto; } summary .level { display: none; } summary .title { grid-column: 2 / -1; } input[type=search] { min-width: 0; } dl { grid-template-columns: 1fr !important; } }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .25rem 1rem; margin: .5rem 1rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: .25rem 1rem 1rem; padding: .75rem; overflow-x: auto; background: var(--panel); border-radius: 4px; font-size: .85rem; }
[hidden] { display: none; }
`;

const SCRIPT = `
const search = document.getElementById('search');
const boxes = [...document.querySelectorAll('input[name=outcome]')];
const checks = [...document.querySelectorAll('.check')];
function filter() {
  const words = search.value.toLowerCase();
  const outcomes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let shown = 0;
  let matching = 0;
  for (const check of checks) {
    const matches = check.textContent.toLowerCase().includes(words);
    if (matches) matching += 1;
    check.hidden = !matches || !outcomes.has(check.dataset.outcome);
    if (!check.hidden) shown += 1;
  }
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('.check:not([hidden])');
  document.getElementById('shown').textContent = shown + ' of ' + checks.length + ' checks' + (matching > shown && words ? ', ' + (matching - shown) + ' more are filtered out' : '');
}
search.addEventListener('input', filter);
for (const box of boxes) box.addEventListener('change', filter);
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('keydown', (event) => { if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); } });
function openTarget() {
  const check = document.getElementById(location.hash.slice(1));
  if (!check || !check.matches('.check')) return;
  const box = boxes.find(({ value }) => value === check.dataset.outcome);
  box.checked = true;
  search.value = '';
  filter();
  check.open = true;
  check.scrollIntoView();
  check.querySelector('summary').focus({ preventScroll: true });
}
addEventListener('hashchange', openTarget);
for (const link of document.querySelectorAll('header a')) link.addEventListener('click', () => setTimeout(openTarget));
filter();
openTarget();
`;
