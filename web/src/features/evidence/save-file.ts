/** How long the browser may take to begin with a file before its address goes, in ms. */
const graceMs = 60_000;

/** Has the browser save a file as its reader has told it to. */
export function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), graceMs);
}
