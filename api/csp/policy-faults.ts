import type { CspFault } from './fault';

const files = 'move it to a file of its own and drop this source';

/** Sources that undo what a policy is for, in any directive. */
const unsafe: Record<string, string> = {
  "'unsafe-inline'": `lets injected code and styles run; ${files}`,
  "'unsafe-eval'": 'lets texts run as code; replace what uses eval or new Function (ajv: standalone validators)',
  "'unsafe-hashes'": `lets inline handlers and style attributes in; ${files}`,
  '*': "lets every host in; name the hosts, or 'self'",
};

/** Sources that anybody can fill, where code comes from. */
const anybodys = new Set(['http:', 'https:', 'ws:', 'wss:', 'data:', 'blob:', 'filesystem:']);
const forCode = /^(default-src|script-src|script-src-elem|script-src-attr|object-src|worker-src|base-uri)$/;

/** @returns where the first of its kind stands, 1-based; a policy is one line unless a page holds it */
export type Locate = (offset: number) => string;

/** What is unsafe in a policy. */
export function policyFaults(policy: string, locate: Locate): CspFault[] {
  return directivesOf(policy).flatMap(({ name, sources }) =>
    sources.flatMap(({ text, offset }) => {
      const source = text.toLowerCase();
      const said = unsafe[source] ?? (forCode.test(name) && anybodys.has(source) ? 'lets anybody bring code' : null);
      if (said === null) return [];
      const [what = '', mend = "name the hosts, or 'self'"] = said.split('; ', 2);
      return [{ where: locate(offset), directive: name, what: `${text} ${what}`, mend }];
    }),
  );
}

/** What the policy of whole answers must say beside that: what is not named here falls back to nothing. */
export function missingDirectives(policy: string, locate: Locate): CspFault[] {
  const named = new Set(directivesOf(policy).map(({ name }) => name));
  return ['default-src', 'base-uri', 'form-action', 'frame-ancestors']
    .filter((name) => !named.has(name))
    .map((directive) => ({
      where: locate(0),
      directive,
      what: 'is missing, so all is allowed',
      mend: "add it, with 'none' or 'self'",
    }));
}

function directivesOf(policy: string): { name: string; sources: { text: string; offset: number }[] }[] {
  return [...policy.matchAll(/[^;]+/g)].flatMap((part) => {
    const [first, ...sources] = [...part[0].matchAll(/\S+/g)].map((word) => ({
      text: word[0],
      offset: part.index + word.index,
    }));
    return first ? [{ name: first.text.toLowerCase(), sources }] : [];
  });
}
