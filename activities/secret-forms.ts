/** Shorter ones would redact half of what anybody writes; they are redacted only where they are a whole value. */
export const shortestSecret = 4;
/** A line of a longer secret, and the middle of its base64, are telling only from here on. */
const shortestPart = 12;

/**
 * Every way in which a secret may turn up in a text: as it is, without the space around it, each long line of it, as JSON and
 * URLs escape it, and in base64 of both alphabets, wherever in the encoded text it stands (as in `Basic` of `user:password`).
 */
export function secretForms(secret: string): string[] {
  const trimmed = secret.trim();
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const plain = [secret, trimmed, ...(lines.length > 1 ? lines.filter((line) => line.length >= shortestPart) : [])];
  const forms = [...plain, ...plain.flatMap(escaped), ...[secret, trimmed].flatMap(encoded)];
  return [...new Set(forms)].filter((form) => form.length >= shortestSecret);
}

function escaped(text: string): string[] {
  // Through bytes, because half a surrogate pair can't be encoded.
  const inUrl = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
  const lower = inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const inForm = new URLSearchParams({ v: text }).toString().slice(2);
  return [JSON.stringify(text).slice(1, -1), inUrl, lower, inForm];
}

function encoded(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const whole = bytes.toString('base64');
  const middles = [0, 1, 2]
    .map((offset) => middleOfBase64(bytes, offset))
    .filter((part) => part.length >= shortestPart);
  return [whole, whole.replace(/=+$/, ''), ...middles].flatMap((form) => [form, urlSafe(form)]);
}

/** The characters of base64 that depend on these bytes alone, where `offset` bytes stand before them. */
function middleOfBase64(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  return all.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
