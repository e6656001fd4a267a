const TYPE = "application/x-easel-jobs";

/** A drag of pictures of the wall. */
export function carryJobs(event: DragEvent, ids: readonly string[]): void {
  if (event.dataTransfer === null) return;
  event.dataTransfer.setData(TYPE, JSON.stringify(ids));
  event.dataTransfer.effectAllowed = "copy";
}

/** Whether it is such a drag: its content is kept secret until it is dropped. */
export function carriesJobs(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false;
}

export function droppedJobs(event: DragEvent): string[] {
  const text = event.dataTransfer?.getData(TYPE) ?? "";
  const ids: unknown = text === "" ? [] : JSON.parse(text);
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}
