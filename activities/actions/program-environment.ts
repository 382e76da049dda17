import { ActionError } from './action';

/** All that a program inherits: nothing of Ymera's own addresses and keys. */
const keptVariables = ['PATH', 'HOME', 'LANG', 'TZ'];
/** These make another program of an allowed one. */
const refusedVariables =
  /^(PATH|IFS|ENV|BASH_ENV|SHELLOPTS|NODE_OPTIONS|NODE_PATH|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|PYTHONPATH|PYTHONSTARTUP|JAVA_TOOL_OPTIONS|(LD|DYLD|GIT|BASH_FUNC)_.*)$/;

/** What a program sees. @throws ActionError `not_allowed` */
export function programEnvironment(given: Record<string, string>): Record<string, string> {
  const inherited = keptVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...checkedVariables(given) };
}

/** @throws ActionError `not_allowed` */
export function checkedVariables(env: Record<string, string>): Record<string, string> {
  const refused = Object.keys(env).filter((name) => refusedVariables.test(name));
  if (refused.length > 0) throw new ActionError('not_allowed', `the variables ${refused.join(', ')} may not be given`);
  return env;
}
