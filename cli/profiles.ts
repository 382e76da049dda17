import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, exitCodes } from './errors';

/** One server and how to sign in there. */
export interface Profile {
  url: string;
  apiKey?: string;
  session?: { access: string; refresh: string };
}

interface ProfileFile {
  current: string;
  profiles: Record<string, Profile>;
}

/** The profiles of a person, in one file that only they can read. */
export class Profiles {
  private constructor(
    private readonly path: string,
    private file: ProfileFile,
  ) {}

  /**
   * @param env `YMERA_CONFIG` names the file; else it is `ymera/profiles.json` below `XDG_CONFIG_HOME` or `~/.config`
   * @throws CliError where the file can't be read as one
   */
  static open(env: NodeJS.ProcessEnv): Profiles {
    const path =
      env['YMERA_CONFIG'] ?? join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'ymera', 'profiles.json');
    return new Profiles(path, readProfiles(path));
  }

  get current(): string {
    return this.file.current;
  }

  get all(): [name: string, profile: Profile][] {
    return Object.entries(this.file.profiles);
  }

  find(name: string): Profile | undefined {
    return Object.hasOwn(this.file.profiles, name) ? this.file.profiles[name] : undefined;
  }

  /** Keeps a profile, and makes it the current one where told. */
  save(name: string, profile: Profile, use = false): void {
    this.write({
      current: use ? name : this.file.current,
      profiles: { ...this.file.profiles, [name]: profile },
    });
  }

  use(name: string): void {
    if (!this.find(name)) throw new CliError(`there is no profile ${name}`, exitCodes.usage);
    this.write({ ...this.file, current: name });
  }

  /** Forgets how to sign in, not where. */
  forget(name: string): void {
    const profile = this.find(name);
    if (profile) this.save(name, { url: profile.url });
  }

  /** Two commands at once each leave a whole file. */
  private write(file: ProfileFile): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, this.path);
    this.file = file;
  }
}

function readProfiles(path: string): ProfileFile {
  const none: ProfileFile = { current: 'default', profiles: {} };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw new CliError(`${path} can not be read: ${(error as NodeJS.ErrnoException).code}`, exitCodes.usage);
  }
  try {
    const { current, profiles } = JSON.parse(text) as Partial<ProfileFile>;
    if (typeof current === 'string' && typeof profiles === 'object' && profiles) return { current, profiles };
  } catch {
    // Said below.
  }
  throw new CliError(`${path} holds no profiles; remove it and sign in again`, exitCodes.usage);
}
