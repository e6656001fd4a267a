/**
 * Does for many at once what each of them asks for alone: what comes while one batch is under way goes into the next,
 * so that a busy server needs few transactions and a quiet one waits for nobody.
 *
 * @param most of one batch
 * @param run answers one outcome an item, in their order; where it rejects, the whole batch has failed
 */
export function inBatches<Item, Result>(
  most: number,
  run: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>,
): (item: Item) => Promise<Result> {
  const waiting: { item: Item; settle: (outcome: PromiseSettledResult<Result>) => void }[] = [];
  let running = false;

  const work = async () => {
    for (let batch = waiting.splice(0, most); batch.length > 0; batch = waiting.splice(0, most)) {
      const outcomes = await run(batch.map(({ item }) => item)).catch((reason: unknown) =>
        batch.map(() => ({ status: "rejected" as const, reason })),
      );
      batch.forEach(({ settle }, index) => {
        const none = { status: "rejected" as const, reason: new Error("A batch left an item unanswered.") };
        settle(outcomes[index] ?? none);
      });
    }
    running = false;
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({
        item,
        settle: (outcome) =>
          outcome.status === "fulfilled" ? resolve(outcome.value) : reject(outcome.reason as Error),
      });
      if (running) return;
      running = true;
      // What arrived with it on the network joins it.
      setImmediate(() => void work());
    });
}
