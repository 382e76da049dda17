import { autocompletion, completionKeymap, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { lintGutter, linter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from 'react';
import type { FieldFault } from '../../api/problem';
import { codeTheme } from './code-theme';
import { suggestionsFor, type Vocabulary } from './yaml-suggestions';

/** After the last key until it is checked, in ms. */
const lintAfterMs = 400;

export interface CodeEditorHandle {
  /** Puts the cursor there. Both from 1. */
  goTo: (line: number, column: number) => void;
}

interface CodeEditorProps {
  ref?: Ref<CodeEditorHandle>;
  /** What it begins with; mount it anew for another text. */
  initial: string;
  label: string;
  readOnly: boolean;
  vocabulary: Vocabulary;
  onChange: (text: string) => void;
  /** What is wrong with a text. */
  lint: (text: string) => Promise<readonly FieldFault[]>;
}

/** An editor of YAML. It lives in a shadow root, where its styles need no style element: the content security policy refuses those. */
export function CodeEditor({ ref, initial, label, readOnly, vocabulary, onChange, lint }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const check = useEffectEvent(lint);
  const suggest = useEffectEvent((context: CompletionContext) => {
    const line = context.state.doc.lineAt(context.pos);
    const found = suggestionsFor(line.text.slice(0, context.pos - line.from), vocabulary);
    return found && { from: line.from + found.from, options: [...found.options], validFor: /^[\w.-]*$/ };
  });
  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: initial,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          yaml(),
          codeTheme,
          EditorState.readOnly.of(readOnly),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          replacing,
          autocompletion({ override: [(context) => suggest(context)], icons: false }),
          linter(async ({ state: { doc } }) => diagnosticsOf(await check(doc.toString()), doc), { delay: lintAfterMs }),
          lintGutter(),
          keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [initial, label, readOnly]);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const editor = view.current;
      if (!editor) return;
      const anchor = placeOf(editor.state.doc, line, column);
      editor.dispatch({ selection: { anchor }, scrollIntoView: true });
      editor.focus();
    },
  }));
  return (
    <div
      ref={host}
      className="h-full overflow-hidden [--code-accent-soft:var(--color-accent-soft)] [--code-accent:var(--color-accent)] [--code-bad:var(--color-bad)] [--code-ground:var(--color-surface)] [--code-info:var(--color-info)] [--code-ink:var(--color-ink)] [--code-line:var(--color-line)] [--code-muted:var(--color-muted)] [--code-ok:var(--color-ok)] [--code-raised:var(--color-raised)] [--code-sunken:var(--color-sunken)] [--code-warn:var(--color-warn)]"
    />
  );
}

/** A browser keeps the look of a text that is typed over by an inline style, which the content security policy refuses. */
const replacing = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { inputType, data, isComposing } = event;
    if (inputType !== 'insertText' || data === null || isComposing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

function placeOf(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

/** Each fault from its place to the end of its line. */
function diagnosticsOf(faults: readonly FieldFault[], doc: Text): Diagnostic[] {
  return faults.map(({ line = 1, column = 1, message, pointer }) => {
    const from = placeOf(doc, line, column);
    return { from, to: doc.lineAt(from).to, severity: 'error', message: pointer ? `${pointer}: ${message}` : message };
  });
}
