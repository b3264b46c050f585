import Sequencer from '@jest/test-sequencer';

/**
 * Suites that take longest although their files are short: they call a contract, or start programs. Where
 * nothing is known of an earlier run, Jest goes by the size of files and would begin them last, when two of
 * three workers have nothing left to do.
 */
const SLOW = /[\\/](mongodb|embedded|eventstoredb)[\\/]|[\\/]test[\\/](servers|faults)[\\/]/;

export default class SlowFirst extends Sequencer {
  /** @param {readonly import('@jest/test-result').Test[]} tests */
  sort(tests) {
    const sorted = super.sort(tests);
    const isSlow = ({ path }) => SLOW.test(path);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}
