export { agent } from './agent';
export { alerts } from './alerts';
export { launch } from './launch';
export { measure } from './measure';
export { plan } from './plan';
export { run } from './run';
export { verification } from './verification';
export { watch } from './watch';
