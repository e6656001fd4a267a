/**
 * Joins neighbouring symbols by a list of merges (Sennrich et al., 2016): always the pair of the lowest rank, the
 * leftmost of several, until no pair is a merge. The pairs wait in a heap, so that a word of n symbols takes
 * n log n steps: a prompt may be one word of 10,000 characters.
 * @param ranks a merge's two halves, joined by a space -> its rank
 */
export function mergeBytePairs(symbols: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  const merged: (string | undefined)[] = [...symbols];
  // A chain of the symbols that are left: where the next and the last one stand.
  const next = symbols.map((_, i) => i + 1);
  const before = symbols.map((_, i) => i - 1);
  const heap = new NumberHeap();
  const rankAt = (left: number): number | undefined => {
    const right = next[left]!;
    return right < symbols.length ? ranks.get(`${merged[left]} ${merged[right]}`) : undefined;
  };
  // One number for both orders: by rank, then by place.
  const offer = (left: number): void => {
    const rank = rankAt(left);
    if (rank !== undefined) heap.push(rank * symbols.length + left);
  };
  for (let i = 0; i < symbols.length; i++) offer(i);

  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const left = key % symbols.length;
    // The pair may be gone: its left symbol swallowed, or one of both grown by another merge.
    if (merged[left] === undefined || rankAt(left) !== Math.floor(key / symbols.length)) continue;
    const right = next[left]!;
    merged[left] = `${merged[left]}${merged[right]}`;
    merged[right] = undefined;
    next[left] = next[right]!;
    if (next[left] < symbols.length) before[next[left]] = left;
    if (before[left]! >= 0) offer(before[left]!);
    offer(left);
  }
  return merged.filter((symbol) => symbol !== undefined);
}

/** A binary heap: the smallest number first. */
class NumberHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && items[parent]! > item; parent = (at - 1) >> 1) {
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (child >= items.length || items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
