import { Unsuccessful } from '#src/cli/unsuccessful.js';

test.each([
  [{ code: 'BAD', message: 'BAD: no such field' }, 'a: applicationError: BAD: no such field'],
  [{ code: 'BAD', message: 'no such field' }, 'a: applicationError BAD: no such field'],
  [{ code: 'BAD' }, 'a: applicationError BAD'],
  [{ message: 'no such field' }, 'a: applicationError: no such field'],
])('a result of %j has its code once', (said, line) => {
  const unsuccessful = new Unsuccessful((text) => text);

  unsuccessful.count([{ type: 'result', inputs: ['a'], status: 'applicationError', ...said }]);

  expect(unsuccessful.lines()).toEqual([line]);
});
