import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Extension } from '@codemirror/state';

const theme = EditorView.theme({
  '&': { color: 'var(--code-ink)', backgroundColor: 'var(--code-ground)', height: '100%', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--code-accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, monospace' },
  '.cm-content': { caretColor: 'var(--code-ink)', paddingBlock: '8px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--code-ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--code-sunken)',
    color: 'var(--code-muted)',
    borderRight: '1px solid var(--code-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--code-accent) 8%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--code-accent) 28%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--code-raised)',
    color: 'var(--code-ink)',
    border: '1px solid var(--code-line)',
    borderRadius: '6px',
    maxWidth: 'min(32rem, 90vw)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--code-accent-soft)',
    color: 'var(--code-ink)',
  },
  '.cm-completionDetail': { color: 'var(--code-muted)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--code-bad)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--code-bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lint-marker-error': { content: '"●"', color: 'var(--code-bad)', fontSize: '11px', lineHeight: '1.6' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-info)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-ok)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--code-warn)' },
  { tag: tags.comment, color: 'var(--code-muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: 'var(--code-muted)' },
]);

/** The console's colours, dark and light. */
export const codeTheme: Extension = [theme, syntaxHighlighting(colours)];
