export type RoundRobinQueue<T> = {
  readonly size: number;
  add(item: T): void;
  next(): T | undefined;
  clear(): T[];
};

/** Owners take turns, each with its items in order. */
export function createRoundRobinQueue<T>(ownerOf: (item: T) => string): RoundRobinQueue<T> {
  /** In serving order: a served owner goes to the end. */
  const owners = new Map<string, T[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(item) {
      const owner = ownerOf(item);
      const items = owners.get(owner);
      if (items) items.push(item);
      else owners.set(owner, [item]);
      size++;
    },
    next() {
      for (const [owner, items] of owners) {
        owners.delete(owner);
        const item = items.shift();
        if (items.length > 0) owners.set(owner, items);
        if (item === undefined) continue;
        size--;
        return item;
      }
      return undefined;
    },
    clear() {
      const all = [...owners.values()].flat();
      owners.clear();
      size = 0;
      return all;
    },
  };
}
