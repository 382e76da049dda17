const { default: Sequencer } = require('@jest/test-sequencer');

const order = ['e2e', 'int', 'unit'];
const rank = ({ context }) => order.indexOf(context.config.displayName.name);

/** Whole stacks first, so that none of them is left to run alone at the end; within a project as Jest would have it. */
module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
