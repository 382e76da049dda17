export { agent } from './agent';
export { follow } from './follow';
export { launch } from './launch';
export { plan } from './plan';
export { run } from './run';
export { watch } from './watch';
