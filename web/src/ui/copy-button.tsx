import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './button';

/** Puts a text on the clipboard. */
export function CopyButton({ text, name = 'Copy' }: { text: string; name?: string }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    window.setTimeout(() => setDone(false), 1_500);
  };
  const Icon = done ? Check : Copy;
  return (
    <IconButton name={done ? 'Copied' : name} onClick={() => void copy()}>
      <Icon aria-hidden className="size-4" />
    </IconButton>
  );
}
