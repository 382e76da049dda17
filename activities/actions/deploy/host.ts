/** What runs of a service under one number. */
export interface Instance {
  instance: number;
  /** Twelve hex digits that stand for all that it is made of. */
  release: string;
  /** What people know the release by: an image, a version. */
  version: string;
  /** On this machine. */
  port: number;
  /** The run that made it. */
  run: string;
}

/** A release as it is wanted, pinned: what it names can't change any more. */
export interface Build {
  release: string;
  version: string;
  /** What an approver is shown of it. */
  shown: object;
  /** Makes it ready to be started as an instance. Harmless when it is there. */
  make(instance: number): Promise<void>;
}

/** Where instances live, as containers or as processes. Everything may be repeated: a lost worker's work is done again. */
export interface ServiceHost {
  /** What runs now, by number. */
  running(): Promise<Map<number, Instance>>;
  /** All that could be started, the newest first. */
  kept(): Promise<Instance[]>;
  /** @throws ActionError `gone` where that release is not kept any more */
  start(instance: number, release: string): Promise<void>;
  /** Ends whatever runs under this number; its release stays. */
  stop(instance: number): Promise<void>;
  /** The last that an instance of a release has written, at most some 4,000 characters. */
  lastWords(instance: number, release: string): Promise<string>;
  /** Removes releases, none of which runs. */
  discard(releases: ReadonlySet<string>): Promise<void>;
}
