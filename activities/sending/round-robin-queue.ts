/** Owners take turns, each with its items in order. */
export function createRoundRobinQueue<T>(ownerOf: (item: T) => string) {
  /** In serving order: a served owner goes to the end. */
  const owners = new Map<string, T[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(item: T): void {
      const owner = ownerOf(item);
      const items = owners.get(owner);
      if (items) items.push(item);
      else owners.set(owner, [item]);
      size++;
    },
    next(): T | undefined {
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
