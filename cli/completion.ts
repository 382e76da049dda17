import { Argument, type Command } from 'commander';
import { outputOf } from './context';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** `completion <shell>`: a script that completes commands and options, made from the commands themselves. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('a script that completes commands in your shell')
    .description('For example: ymera completion bash > ~/.local/share/bash-completion/completions/ymera')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell, _options: object, command: Command) => outputOf(command).line(script(shell, program)));
}

/** What may follow each command: its commands, then its options. */
function wordsOf(command: Command, path: readonly string[] = []): [path: string, words: string[]][] {
  const options = command.options.flatMap(({ long }) => (long ? [long] : []));
  const names = command.commands.map((sub) => sub.name());
  return [
    [path.join(' '), [...names, ...options, '--help']],
    ...command.commands.flatMap((sub) => wordsOf(sub, [...path, sub.name()])),
  ];
}

function script(shell: Shell, program: Command): string {
  const cases = wordsOf(program);
  switch (shell) {
    case 'fish':
      return [
        'function __ymera_words',
        "  set -l path (string match --invert -- '-*' (commandline -opc)[2..])",
        '  switch "$path"',
        ...cases.map(([path, words]) => `    case '${path}'\n      string split ' ' '${words.join(' ')}'`),
        '  end',
        'end',
        "complete -c ymera -f -a '(__ymera_words)'",
      ].join('\n');
    case 'zsh':
      return ['#compdef ymera', 'autoload -U +X bashcompinit && bashcompinit', bash(cases)].join('\n');
    case 'bash':
      return bash(cases);
  }
}

function bash(cases: readonly (readonly [string, readonly string[]])[]): string {
  return [
    '_ymera() {',
    '  local path="" word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || path="${path:+$path }$word"; done',
    '  local words',
    '  case "$path" in',
    ...cases.map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`),
    "    *) words='' ;;",
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -F _ymera ymera',
  ].join('\n');
}
