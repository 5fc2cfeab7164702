import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { conformance, reportAsHtml } from '@connector-runtime/conformance-tests';
import { type Browser, chromium, type Page } from 'playwright-core';
import { MUTANTS } from '../mutants/index.js';
import { itemsSubject } from '../reference/items/items-subject.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
);
if (CHROMIUM === undefined)
  process.stderr.write('left out: the HTML report in Chromium; get it with: apt-get install chromium\n');

/** Text on its background, by WCAG 2.2, 1.4.3. */
const LEAST_CONTRAST = 4.5;

(CHROMIUM === undefined ? describe.skip : describe)(
  'the HTML report in Chromium (left out where there is none)',
  () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'report-'));
    const file = path.join(folder, 'report.html');
    let browser: Browser;
    let page: Page;
    let fetched: string[];
    let complaints: string[];

    beforeAll(async () => {
      const subject = itemsSubject(MUTANTS['ACC-06']?.plugin);
      const report = await conformance(
        { ...subject, waive: { 'CFG-06': 'older versions were never released' } },
        { profile: 'core' },
      ).run();
      writeFileSync(file, reportAsHtml(report));
      browser = await chromium.launch({ executablePath: String(CHROMIUM), args: ['--no-sandbox'] });
      // A run of the suite, and a browser that starts for the first time.
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    beforeEach(async () => {
      page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      fetched = [];
      complaints = [];
      page.on('request', (request) => fetched.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(pathToFileURL(file).href);
    });

    afterEach(() => page.close());

    const shownIds = () =>
      page
        .locator('.check')
        .evaluateAll((checks) =>
          checks
            .filter((check) => (check as unknown as { checkVisibility(): boolean }).checkVisibility())
            .map(({ id }) => id),
        );

    test('opens on the verdict and on what was not passed, with its last events', async () => {
      expect(await page.locator('h1').textContent()).toBe('Items 1.2.0: not conformant');
      expect(await shownIds()).toEqual(['CFG-06', 'ACC-06']);
      expect(await page.locator('#ACC-06 pre').isVisible()).toBe(true);
      expect(await page.locator('#ACC-06 pre').textContent()).toMatch(/^event result k\d+ /m);
      expect(await page.locator('#shown').textContent()).toMatch(/^2 of \d\d checks$/);
      const picture = process.env['REPORT_SCREENSHOT'];
      if (picture !== undefined) await page.screenshot({ path: picture });
    });

    test('filters by outcome', async () => {
      await page.getByLabel('pass').check();
      await page.getByLabel('fail').uncheck();

      const shown = await shownIds();
      expect(shown).toEqual(expect.arrayContaining(['MAN-01', 'CFG-06', 'BAS-01', 'ACC-01']));
      expect(shown).not.toContain('ACC-06');
    });

    test('searches titles, rules and causes', async () => {
      await page.getByLabel('pass').check();
      await page.getByRole('searchbox').fill('gives each document a result');

      expect(await shownIds()).toEqual(['ACC-01']);
      expect(await page.locator('#shown').textContent()).toMatch(/^1 of \d\d checks$/);
      expect(await page.locator('h2:visible').allTextContents()).toEqual(['Document accounting 8 of 9 passed']);
    });

    test('says what a search finds and the filter hides', async () => {
      await page.getByRole('searchbox').fill('gives each document a result');

      expect(await page.locator('#shown').textContent()).toMatch(/^0 of \d\d checks, 1 more are filtered out$/);
    });

    test('fits a narrow screen', async () => {
      await page.setViewportSize({ width: 390, height: 800 });
      await page.getByLabel('pass').check();

      const wide = await page
        .locator('html')
        .evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth);
      expect(wide).toBeLessThanOrEqual(390);
    });

    test('is worked with by keyboard', async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('waived');
      expect(await shownIds()).toEqual(['CFG-06']);

      for (let press = 0; press < 10; press += 1) {
        await page.keyboard.press('Tab');
        if (await page.locator('#CFG-06 summary').evaluate((summary) => summary.matches(':focus-visible'))) break;
      }
      await page.keyboard.press('Enter');

      expect(await page.locator('#CFG-06 dl').isVisible()).toBe(true);
      expect(await page.locator('#CFG-06 dl').textContent()).toContain('older versions were never released');
    });

    test('leads from the verdict to a check, whatever is filtered out', async () => {
      await page.getByLabel('fail').uncheck();
      await page.getByRole('link', { name: 'ACC-06' }).click();

      await page.locator('#ACC-06[open] summary:focus').waitFor();
      expect(await shownIds()).toContain('ACC-06');
    });

    test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.getByLabel('pass').check();

      const contrasts = await page.locator('h1, p, .mark, .ms, .level, .count, dt, dd, pre').evaluateAll(contrastsOf);

      expect(contrasts.length).toBeGreaterThan(20);
      expect(contrasts.filter(({ contrast }) => contrast < LEAST_CONTRAST)).toEqual([]);
    });

    test('loads nothing else, and complains of nothing', () => {
      expect(fetched).toEqual([pathToFileURL(file).href]);
      expect(complaints).toEqual([]);
    });
  },
);

/** Runs in the page: each element's text colour against the nearest background that is painted behind it. */
function contrastsOf(elements: readonly unknown[]): readonly { readonly text: string; readonly contrast: number }[] {
  interface Painted {
    readonly parentElement: Painted | null;
    readonly textContent: string;
    checkVisibility(): boolean;
  }
  const { getComputedStyle } = globalThis as unknown as {
    readonly getComputedStyle: (element: Painted) => { readonly color: string; readonly backgroundColor: string };
  };
  const numbersOf = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminanceOf = (color: string) => {
    const [red = 0, green = 0, blue = 0] = numbersOf(color).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Painted | null): string => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return numbersOf(backgroundColor)[3] === 0 ? backgroundOf(element.parentElement) : backgroundColor;
  };
  return (elements as readonly Painted[])
    .filter((element) => element.checkVisibility())
    .map((element) => {
      const [lighter = 0, darker = 0] = [
        luminanceOf(getComputedStyle(element).color),
        luminanceOf(backgroundOf(element)),
      ].sort((a, b) => b - a);
      return { text: element.textContent.slice(0, 40), contrast: (lighter + 0.05) / (darker + 0.05) };
    });
}
