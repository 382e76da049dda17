#!/usr/bin/env node
import { runCommandLine } from './program';

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
