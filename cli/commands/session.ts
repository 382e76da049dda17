import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { password as askPassword, text as askText } from '@clack/prompts';
import type { Command } from 'commander';
import { apiOf, ask, credentialOf } from '../api';
import { checkedUrl, outputOf, profileOf, withContext } from '../context';
import { CliError, exitCodes } from '../errors';
import { textOf } from '../input';
import type { Profile } from '../profiles';

interface LoginOptions {
  username?: string;
  passwordStdin?: boolean;
  apiKeyStdin?: boolean;
  stack?: string;
}

/** `login`, `logout`, `whoami`, `profiles`. */
export function addSessionCommands(program: Command): void {
  program
    .command('login')
    .summary('sign in, and keep how in a profile')
    .description(
      'Signs in and keeps the session, or an API key, in a profile that only you can read. With --stack the address and the first password come ' +
        'from a stack that runs on this machine.',
    )
    .option('--username <name>', 'who signs in; asked for where it is left out')
    .option('--password-stdin', 'read the password from stdin')
    .option('--api-key-stdin', 'keep an API key, read from stdin, instead of a session')
    .option('--stack <home>', 'home of a local stack, such as .ymera')
    .action(login);

  program
    .command('logout')
    .summary('end the session and forget it')
    .action(async (_options: object, command: Command) => {
      const { name, profiles, profile } = profileOf(command);
      if (profile?.session) {
        const credential = credentialOf(profile, () => undefined);
        await ask(apiOf(credential).POST('/api/v1/auth/logout')).catch((error: unknown) => {
          // A session that has ended already is just what was asked for.
          if (!(error instanceof CliError && error.exit === exitCodes.denied)) throw error;
        });
      }
      profiles.forget(name);
      outputOf(command).done({ profile: name }, `signed out of ${name}`);
    });

  program
    .command('whoami')
    .summary('who you are to the server, and what you may do')
    .action(
      withContext(async ({ api, out, credential }) => {
        const me = await ask(api.GET('/api/v1/auth/me'));
        const { subject, kind, roles, permissions, agents } = me;
        out.record(me, {
          subject,
          kind,
          roles: roles.join(', '),
          may: permissions.join(', '),
          agents: agents?.join(', '),
          server: credential.url,
        });
      }),
    );

  const profiles = program.command('profiles').summary('the servers that you have signed in to');
  profiles.command('list', { isDefault: true }).action((_options: object, command: Command) => {
    const { profiles: kept } = profileOf(command);
    const rows = kept.all.map(([name, { url, apiKey, session }]) => ({
      name,
      url,
      signedIn: apiKey === undefined ? (session ? 'session' : 'no') : 'API key',
      current: name === kept.current,
    }));
    outputOf(command).table(rows, rows, {
      name: (row) => row.name,
      url: (row) => row.url,
      'signed in': (row) => row.signedIn,
      current: (row) => (row.current ? '*' : ''),
    });
  });
  profiles.command('use <name>').action((name: string, _options: object, command: Command) => {
    profileOf(command).profiles.use(name);
    outputOf(command).done({ current: name }, `${name} is the current profile`);
  });
}

async function login(options: LoginOptions, command: Command): Promise<void> {
  const { url, profile: chosen } = command.optsWithGlobals<{ url?: string; profile?: string }>();
  const { profiles, profile: known } = profileOfNew(command);
  const name = chosen ?? 'default';
  const stack = options.stack === undefined ? undefined : stackAt(options.stack);
  const server = checkedUrl(stack?.api ?? url ?? known?.url ?? 'http://127.0.0.1:8000');
  const profile = options.apiKeyStdin
    ? { url: server, apiKey: (await textOf('-')).trim() }
    : await session(server, options, stack?.credentials);
  const me = await ask(apiOf(credentialOf(profile, () => undefined)).GET('/api/v1/auth/me'));
  profiles.save(name, profile, true);
  outputOf(command).done(
    { profile: name, url: server, subject: me.subject },
    `${me.subject} at ${server}, as profile ${name}`,
  );
}

/** A profile that is about to be made need not be there. */
function profileOfNew(command: Command): Pick<ReturnType<typeof profileOf>, 'profiles' | 'profile'> {
  try {
    return profileOf(command);
  } catch (error) {
    if (!(error instanceof CliError) || !error.message.startsWith('there is no profile')) throw error;
    throw new CliError('a new profile needs --url or --stack', exitCodes.usage);
  }
}

async function session(
  url: string,
  { username: given, passwordStdin }: LoginOptions,
  credentials?: { username: string; password: string },
): Promise<Profile> {
  const username = given ?? credentials?.username ?? (await answer(askText({ message: `Username at ${url}` })));
  const password = passwordStdin
    ? (await textOf('-')).replace(/\r?\n$/, '')
    : username === credentials?.username
      ? credentials.password
      : await answer(askPassword({ message: 'Password' }));
  const api = apiOf(credentialOf({ url }, () => undefined));
  const grant = await ask(api.POST('/api/v1/auth/login', { body: { username, password } }));
  return { url, session: { access: grant.access_token, refresh: grant.refresh_token } };
}

async function answer(asked: Promise<string | symbol>): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CliError('nobody is there to be asked: give --username and --password-stdin', exitCodes.usage);
  }
  const given = await asked;
  if (typeof given === 'symbol') throw new CliError('not signed in', exitCodes.usage);
  return given;
}

function stackAt(home: string): { api: string; credentials: { username: string; password: string } } {
  try {
    return JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8')) as ReturnType<typeof stackAt>;
  } catch {
    throw new CliError(`no stack runs in ${home}: there is no stack.json`, exitCodes.usage);
  }
}
