/** The ids seen last, so that what comes twice is told once. Bounded; it forgets the oldest. */
export class Seen {
  private readonly ids = new Set<string>();

  constructor(private readonly most = 20_000) {}

  /** @returns whether it is new */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.most) this.ids.delete(this.ids.values().next().value as string);
    return true;
  }
}
