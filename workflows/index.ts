export { agent } from './agent';
export { launch } from './launch';
export { plan } from './plan';
export { run } from './run';
export { verification } from './verification';
export { watch } from './watch';
