import { readWritten } from '#src/operations/outcomes.js';
import { PayloadError } from '#src/operations/payload.js';

const reading = (error: Error) => () =>
  readWritten(() => {
    throw error;
  });

describe('the answer to a write', () => {
  test('that cannot be read leaves open what the write did', () => {
    expect(reading(new PayloadError('it is no JSON'))).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({ category: 'protocol', code: 'ANSWER_UNEXPECTED', effect: 'unknown' }),
      }),
    );
  });

  test('that meets a defect of ours is not called a wrong one', () => {
    const defect = new TypeError('ours');

    expect(reading(defect)).toThrow(defect);
  });
});
