export { agent } from './agent';
export { remediation } from './remediation';
export { watch } from './watch';
