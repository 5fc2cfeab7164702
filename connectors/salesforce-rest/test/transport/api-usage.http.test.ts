import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
afterEach(() => world.stop());

test("a refusal tells of the day's calls too", async () => {
  world = await runOrg({ apiLimit: 30 });
  const connection = await world.connect({ apiUsageWarningPercent: 100 });
  world.org.faults.add({
    kind: 'create',
    action: 'error',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
    headers: { 'Sforce-Limit-Info': 'api-usage=30/30' },
  });

  const { summary } = await run(
    connection,
    { operation: 'create', objectType: 'Account' },
    bodies('<r><Name>a</Name></r>'),
  );

  expect(summary.error).toMatchObject({ category: 'quota' });
  expect(summary.usage).toEqual({ 'API calls of this day': { used: 30, allowed: 30 } });
  expect(summary.warnings.filter((text) => text.includes('30 of 30 API calls of this day are used'))).toHaveLength(1);
});

test("a warning is given once when the day's calls run low", async () => {
  world = await runOrg({ apiLimit: 30 });
  const connection = await world.connect({ apiUsageWarningPercent: 10 });

  const { summary } = await run(
    connection,
    { operation: 'create', objectType: 'Account' },
    bodies(...Array<string>(10).fill('<r><Name>a</Name></r>')),
  );

  expect(summary.warnings.filter((text) => text.includes('API calls of this day are used'))).toHaveLength(1);
  // A describe and ten creates.
  expect(summary.usage).toEqual({ 'API calls of this day': { used: 11, allowed: 30 } });
});
