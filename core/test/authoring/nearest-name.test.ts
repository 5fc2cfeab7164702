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
});
