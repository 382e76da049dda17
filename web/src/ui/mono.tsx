/** A hash or another long id, cut to what tells it apart; whole on hover. */
export function Hash({ value, length = 12 }: { value: string; length?: number }) {
  return (
    <code title={value} className="font-mono text-xs text-muted">
      {value.slice(0, length)}
    </code>
  );
}
