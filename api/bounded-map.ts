/** A map that forgets what was set longest ago when it is full. */
export class BoundedMap<K, V> extends Map<K, V> {
  constructor(private readonly most: number) {
    super();
  }

  override set(key: K, value: V): this {
    this.delete(key);
    if (this.size >= this.most) this.delete(this.keys().next().value as K);
    return super.set(key, value);
  }
}
