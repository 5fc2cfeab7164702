import { jobBytesFor } from '#src/operations/bulk/job-size.js';

test.each([
  [undefined, 100_000_000],
  [1, 1_000_000],
  [112, 112_000_000],
  [113, 112_500_000],
  [150, 112_500_000],
])('a batch size of %s makes jobs that the service takes, base64 counted', (batchSize, bytes) => {
  expect(jobBytesFor(batchSize)).toBe(bytes);
  expect(Math.ceil(bytes / 3) * 4).toBeLessThanOrEqual(150_000_000);
});
