import type { Edit } from "./weigh-words.ts";

/** Changes a text field as if its user had typed it, so that the browser's own undo takes it back. */
export function insertText(field: HTMLTextAreaElement, { from, to, text, select }: Edit): void {
  field.focus();
  field.setSelectionRange(from, to);
  // Deprecated and without a successor: nothing else writes into the undo history.
  const typed =
    text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!typed) {
    field.setRangeText(text, from, to);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(...select);
}

/** Puts words where the cursor is, with a space where they would touch others. */
export function insertAtCursor(field: HTMLTextAreaElement, words: string): void {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const before = from > 0 && !/\s/.test(value[from - 1]!) ? " " : "";
  const text = `${before}${words}`;
  insertText(field, { from, to, text, select: [from + text.length, from + text.length] });
}
