import { expect, test } from "vitest";
import { readStyles, writeStyles } from "./style-file.ts";
import { applyStyles, type Style } from "./styles.ts";

const oil: Style = { name: "Oil", prompt: "oil painting", negativePrompt: "photo" };
const poster: Style = { name: "Poster", prompt: "a poster of {prompt}, bold", negativePrompt: "" };

test("a style is added at the end, or around the prompt where it says so", () => {
  const prompts = { prompt: "a cat ", negativePrompt: "" };
  expect(applyStyles(prompts, [oil])).toEqual({ prompt: "a cat, oil painting", negativePrompt: "photo" });
  expect(applyStyles(prompts, [poster, oil])).toEqual({
    prompt: "a poster of a cat, bold, oil painting",
    negativePrompt: "photo",
  });
  expect(applyStyles({ prompt: "$& {x}", negativePrompt: "" }, [poster]).prompt).toBe(
    "a poster of $& {x}, bold",
  );
  expect(applyStyles(prompts, [])).toBe(prompts);
});

test("what is exported comes back as it was", () => {
  expect(readStyles(writeStyles([oil, poster]))).toEqual([oil, poster]);
});

test("AUTOMATIC1111's styles.csv is read, with quotes, commas and line ends in it", () => {
  const csv =
    "\uFEFFname,prompt,negative_prompt\r\nOil,oil painting,photo\r\n,no name,\r\n" +
    '"Two, parts","one ""quoted"",\ntwo",\n';
  expect(readStyles(csv)).toEqual([
    oil,
    { name: "Two, parts", prompt: 'one "quoted",\ntwo', negativePrompt: "" },
  ]);
});

test.each(["", "{}", "[]", "a,b\n1,2", '{"easel_styles":1,"styles":[{"name":""}]}'])(
  "%j holds no styles",
  (text) => {
    expect(readStyles(text)).toBeNull();
  },
);
