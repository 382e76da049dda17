import { ActionError } from './action';

/** All that a program inherits: nothing of Ymera's own addresses and keys. */
const keptVariables = ['PATH', 'HOME', 'LANG', 'TZ'];
/** These make another program of an allowed one. */
const refusedVariables =
  /^(PATH|IFS|ENV|BASH_ENV|SHELLOPTS|NODE_OPTIONS|NODE_PATH|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|PYTHONPATH|PYTHONSTARTUP|JAVA_TOOL_OPTIONS|(LD|DYLD|GIT|BASH_FUNC)_.*)$/;

/** What a program sees. @throws ActionError `not_allowed` */
export function programEnvironment(given: Record<string, string>): Record<string, string> {
  return { ...inheritedVariables(), ...checkedVariables(given) };
}

/** @param more names of others that are passed on too */
export function inheritedVariables(...more: string[]): Record<string, string> {
  return Object.fromEntries(
    [...keptVariables, ...more].flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** @throws ActionError `not_allowed` */
export function checkedVariables(env: Record<string, string>): Record<string, string> {
  const refused = Object.keys(env).filter((name) => refusedVariables.test(name));
  if (refused.length > 0) throw new ActionError('not_allowed', `the variables ${refused.join(', ')} may not be given`);
  return env;
}
