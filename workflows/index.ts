export { agent } from './agent';
export { launch } from './launch';
export { plan } from './plan';
export { run } from './run';
export { watch } from './watch';
