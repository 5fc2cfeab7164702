const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take minutes, the longest first. */
const LONGEST = [
  'salesforce-rest/dist-test/conformance.contract',
  'conformance-tests/dist-test/test/mutants',
  'conformance-tests/dist-test/test/items.contract',
  'docs/dist-test/broken-plugin',
  'docs/dist-test/plugin-guide',
  'docs/dist-test/created-plugin',
  'many-rows',
];

/** Jest knows how long a suite takes only where it ran before. Begun last, one of these would run alone while the other cores wait. */
module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((part) => path.includes(part));
      return place < 0 ? LONGEST.length : place;
    };
    return [...(await super.sort(tests))].sort((one, other) => rank(one) - rank(other));
  }
};
