import type { Command } from 'commander';
import { Option } from 'commander';
import { apiOf, credentialOf, type Api, type Credential } from './api';
import { CliError, exitCodes } from './errors';
import { Output } from './output';
import { Profiles, type Profile } from './profiles';

/** What a command has to work with. */
export interface Context {
  api: Api;
  out: Output;
  credential: Credential;
}

interface GlobalOptions {
  url?: string;
  profile?: string;
  json?: boolean;
  color?: boolean;
}

/** The options that every command takes. */
export function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('--url <url>', 'address of the server').env('YMERA_URL'))
    .addOption(new Option('--profile <name>', 'one of those that `ymera login` keeps').env('YMERA_PROFILE'))
    .option('--json', 'answer as JSON; what is followed as NDJSON')
    .option('--no-color', 'no colours (also NO_COLOR)');
}

export function outputOf(command: Command): Output {
  const { json = false, color = true } = command.optsWithGlobals<GlobalOptions>();
  const colour = color && !process.env['NO_COLOR'] && (process.stdout.isTTY || Boolean(process.env['FORCE_COLOR']));
  return new Output(json, colour, process.stdout, process.stderr);
}

/** Which profile is meant, and what it says; that of the environment is kept nowhere. */
export function profileOf(command: Command): { name: string; profiles: Profiles; profile: Profile | undefined } {
  const { url, profile: chosen } = command.optsWithGlobals<GlobalOptions>();
  const profiles = Profiles.open(process.env);
  const name = chosen ?? profiles.current;
  const found = profiles.find(name);
  if (chosen !== undefined && !found && url === undefined) {
    throw new CliError(
      `there is no profile ${chosen}; ymera login --profile ${chosen} --url … makes it`,
      exitCodes.usage,
    );
  }
  const apiKey = process.env['YMERA_API_KEY'];
  if (apiKey) return { name, profiles, profile: { url: checkedUrl(url ?? found?.url), apiKey } };
  if (url === undefined) return { name, profiles, profile: found };
  // A credential is for the server that gave it, and no other one gets to see it.
  const same = found && checkedUrl(found.url) === checkedUrl(url);
  return { name, profiles, profile: same ? found : { url: checkedUrl(url) } };
}

/** Wraps what a command does: `this` of commander is its last argument. */
export function withContext<Args extends unknown[]>(
  work: (context: Context, ...args: Args) => Promise<void>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const args = all.slice(0, -1) as unknown as Args;
    const { name, profiles, profile } = profileOf(command);
    if (!profile) throw new CliError('no server is known: ymera login --url http://127.0.0.1:8000', exitCodes.denied);
    const credential = credentialOf(profile, (renewed) => profiles.save(name, renewed));
    await work({ api: apiOf(credential), out: outputOf(command), credential }, ...args);
  };
}

/** @throws CliError where it is no http address */
export function checkedUrl(url: string | undefined): string {
  try {
    const { protocol, origin } = new URL(url ?? '');
    if (protocol === 'http:' || protocol === 'https:') return origin;
  } catch {
    // Said below.
  }
  throw new CliError(`${url ?? 'no address'} is no http address; give one by --url`, exitCodes.usage);
}
