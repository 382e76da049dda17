/** How lines are told apart: by colour, and by how they are drawn for whom colours tell nothing. */
export const lineLooks = [
  { ink: 'text-accent', dash: [] },
  { ink: 'text-info', dash: [8, 4] },
  { ink: 'text-warn', dash: [2, 3] },
  { ink: 'text-bad', dash: [12, 3, 2, 3] },
  { ink: 'text-ok', dash: [5, 2] },
  { ink: 'text-muted', dash: [] },
  { ink: 'text-ink', dash: [2, 6] },
  { ink: 'text-info', dash: [14, 6] },
] as const;

export interface LineLook {
  ink: string;
  dash: readonly number[];
}

/** More lines than looks begin with the first look again. */
export function lookOf(line: number): LineLook {
  return lineLooks[line % lineLooks.length] as LineLook;
}
