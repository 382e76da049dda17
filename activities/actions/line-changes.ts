/**
 * How many lines come and go between two texts, wherever they stand.
 * @returns undefined where one of them is no text
 */
export function lineChanges(before: Buffer, after: Buffer): { added: number; removed: number } | undefined {
  if (before.includes(0) || after.includes(0)) return undefined;
  const counts = new Map<string, number>();
  for (const line of linesOf(after)) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of linesOf(before)) counts.set(line, (counts.get(line) ?? 0) - 1);
  const changes = [...counts.values()];
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  return { added: sum(changes.filter((n) => n > 0)), removed: -sum(changes.filter((n) => n < 0)) || 0 };
}

function linesOf(text: Buffer): string[] {
  return text.length === 0 ? [] : text.toString('utf8').replace(/\n$/, '').split('\n');
}
