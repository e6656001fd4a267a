/** The plurals of easel-eyes' names that no rule makes. */
const IRREGULAR: Readonly<Record<string, string>> = Object.freeze({
  dice: "dice",
  fish: "fish",
  mouse: "mice",
  sheep: "sheep",
  tomato: "tomatoes",
});

/** Whether a name is of several already: cherries, french fries; but no dress and no bus. */
const isPlural = (name: string): boolean => /[^su]s$/.test(name);

export function pluralOf(name: string): string {
  if (isPlural(name)) return name;
  const irregular = IRREGULAR[name];
  if (irregular !== undefined) return irregular;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** "a dog", "an owl", "a unicorn"; "cherries". */
export function withArticle(name: string): string {
  if (isPlural(name)) return name;
  return /^(?:[aeio]|u(?!ni))/.test(name) ? `an ${name}` : `a ${name}`;
}
