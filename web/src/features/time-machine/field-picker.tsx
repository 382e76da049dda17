import { useState } from 'react';
import { Button } from '../../ui/button';
import { Input } from '../../ui/field';

/** What the API can trace: see `blameQuery` of `api/routes/events/moments-schema.ts`. */
const traceable = '/(state|config)(/.*)?|/(configVersion|name|status)';

/** Names a field by its JSON Pointer, also one that is not there at this moment. */
export function FieldPicker({ onField }: { onField: (pointer: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onField(text);
      }}
    >
      <Input
        aria-label="Field, as a JSON Pointer"
        placeholder="/state/…"
        title="/state/…, /config/…, /configVersion, /name or /status"
        className="!w-36 font-mono text-xs"
        required
        pattern={traceable}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit">Who changed it</Button>
    </form>
  );
}
