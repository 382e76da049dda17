import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { CspFault } from './fault';
import { policyFaults } from './policy-faults';

type Check = (element: Tree.Element, at: (attribute?: string) => string) => CspFault[];

/** Types of scripts that are data: no browser runs them, so no policy is asked. */
const data = /^application\/([\w.-]+\+)?json$/i;
const address = new Set(['href', 'src', 'action', 'formaction', 'xlink:href', 'data']);

const value = ({ attrs }: Tree.Element, name: string): string | undefined =>
  attrs.find((attribute) => attribute.name === name)?.value;

const script: Check = (element, at) => {
  if (element.tagName !== 'script') return [];
  const src = value(element, 'src') ?? value(element, 'href');
  if (src === undefined) {
    if (data.test(value(element, 'type') ?? '')) return [];
    return [fault(at(), 'script-src', 'an inline script', 'move it to a file and load that by `src`')];
  }
  if (!/^(https?:)?\/\//i.test(src)) return [];
  return [fault(at('src'), 'script-src', 'a script of another host', 'serve the file from here')];
};

const style: Check = (element, at) => {
  const inline = element.tagName === 'style';
  const found = inline
    ? [fault(at(), 'style-src', 'an inline style sheet', 'move it to a .css file and link that')]
    : [];
  if (value(element, 'style') === undefined) return found;
  return [
    ...found,
    fault(at('style'), 'style-src', 'a style attribute', 'give it a class; scripts may set `.style` by property'),
  ];
};

const attributes: Check = (element, at) =>
  element.attrs.flatMap(({ name, value: text }) => {
    if (/^on[a-z]/i.test(name))
      return [
        fault(at(name), 'script-src', `an inline handler, ${name}`, 'use addEventListener in a script of its own file'),
      ];
    // Browsers pass over blanks and control characters in it.
    if (address.has(name) && /^[\0-\x20]*javascript:/i.test(text.replace(/[\t\n\r]/g, '')))
      return [fault(at(name), 'script-src', 'a javascript: address', 'use a button and addEventListener')];
    return [];
  });

const base: Check = (element, at) =>
  element.tagName === 'base' ? [fault(at(), 'base-uri', 'a base element', 'write addresses in full')] : [];

const meta: Check = (element, at) => {
  const policy = value(element, 'content');
  const is = value(element, 'http-equiv')?.toLowerCase().trim() === 'content-security-policy';
  return element.tagName === 'meta' && is && policy !== undefined ? policyFaults(policy, () => at('content')) : [];
};

/** What in a page breaks the policy of the API's answers, in the order of the page. @param file its name in the findings */
export function pageFaults(file: string, html: string): CspFault[] {
  const found: CspFault[] = [];
  const visit = (node: Tree.Node): void => {
    if (defaultTreeAdapter.isElementNode(node)) {
      const at = (attribute?: string): string => {
        const place = node.sourceCodeLocation;
        const exact = (attribute && place?.attrs?.[attribute]) || place?.startTag || place;
        return `${file}:${exact?.startLine ?? 1}:${exact?.startCol ?? 1}`;
      };
      for (const check of [script, style, attributes, base, meta]) found.push(...check(node, at));
      const inner = value(node, 'srcdoc');
      if (inner !== undefined) found.push(...pageFaults(file, inner).map((each) => ({ ...each, where: at('srcdoc') })));
      if (node.tagName === 'template') visit((node as Tree.Template).content);
    }
    if ('childNodes' in node) node.childNodes.forEach(visit);
  };
  visit(parse(html, { sourceCodeLocationInfo: true }));
  return found;
}

function fault(where: string, directive: string, what: string, mend: string): CspFault {
  return { where, directive, what, mend };
}
