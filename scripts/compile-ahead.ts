import type { Plugin } from "vite";

/** V8's word for it (https://v8.dev/blog/explicit-compile-hints); other engines read a comment. */
const ALL_FUNCTIONS = "//# allFunctionsCalledOnLoad\n";

/**
 * Has the browser compile all functions of these chunks beside the page as they come, and not in the page's own thread,
 * one by one, as they are first called: for what nearly every start calls.
 * @param names of the chunks
 */
export function compileAhead(names: readonly string[]): Plugin {
  return {
    name: "easel-compile-ahead",
    apply: "build",
    generateBundle: {
      // Vite itself writes to the top of the file until then.
      order: "post",
      handler(_, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === "chunk" && names.includes(file.name)) file.code = ALL_FUNCTIONS + file.code;
      },
    },
  };
}
