import { nearestName } from '@connector-runtime/core/authoring';

describe('nearestName', () => {
  test.each([
    ['concurent', 'concurrent'],
    ['ehco', 'echo'],
    ['NAME', 'name'],
    ['bdy', 'body'],
    ['Nmae', 'name'],
    ['zebra', undefined],
    ['', undefined],
  ])('takes %j for %j', (name, nearest) => {
    expect(nearestName(name, ['concurrent', 'echo', 'name', 'body'])).toBe(nearest);
  });

  test('takes a text of millions of letters for no name, at once', () => {
    const startedMs = performance.now();

    expect(nearestName('k'.repeat(3_000_000), ['concurrent', 'k'.repeat(30)])).toBeUndefined();
    expect(performance.now() - startedMs).toBeLessThan(100);
  });
});
