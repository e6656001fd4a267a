import type { Page } from "@playwright/test";
import { filledPrompt } from "./fill-history.ts";
import { givePicture, plainPicture } from "./given-pictures.ts";

/** What the page can show: how one gets there from the studio, with pictures on the wall, and back again. */
export interface View {
  name: string;
  open: (page: Page) => Promise<void>;
  leave: (page: Page) => Promise<void>;
}

const toStudio = (page: Page) => page.getByRole("link", { name: "Easel" }).click();
const escape = async (page: Page) => {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
};
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name }).waitFor();

/** What is not near the screen is not in the page. */
const lookAtWall = (page: Page) =>
  page.getByRole("region", { name: "History" }).evaluate((wall) => wall.scrollIntoView());

/** @param prompt of the picture on the wall that is opened */
async function openPicture(page: Page, prompt: string): Promise<void> {
  await lookAtWall(page);
  await page.getByRole("grid", { name: "Pictures" }).getByRole("button", { name: prompt }).click();
  await dialog(page, prompt);
}

/** A sheet of the composer, opened by the button of its name. */
const sheet = (button: string, title = button): View => ({
  name: title,
  open: async (page) => {
    await press(page, button);
    await dialog(page, title);
  },
  leave: escape,
});

/** @param newest number of the wall's newest picture (fill-history.ts) */
export const everyView = (newest: number): readonly View[] => [
  {
    name: "the studio, its filters and explanations unfolded",
    open: async (page) => {
      // Above the settings: until it is told they move, and a click whose button moved away under it is none.
      await page.getByTestId("prospect").waitFor();
      const settings = page.locator('button[aria-controls="settings"][aria-expanded="false"]');
      if (await settings.isVisible()) await settings.click();
      await page.getByText("What do these do?").click();
      await press(page, "Filter");
    },
    leave: async (page) => press(page, "Filter"),
  },
  sheet("Styles"),
  sheet("Wildcards"),
  sheet("Recent", "Recent prompts"),
  sheet("X/Y grid"),
  {
    name: "a picture's page, with its link and all its ways out",
    open: async (page) => {
      await openPicture(page, filledPrompt(newest));
      const view = page.getByRole("dialog");
      await view.getByText("Save as").click();
      await view.getByRole("button", { name: "Share", exact: true }).click();
      await view.getByRole("button", { name: "Make a link" }).click();
      await view.getByRole("textbox", { name: "Link", exact: true }).waitFor();
    },
    leave: escape,
  },
  {
    name: "a menu of a picture's page",
    open: async (page) => {
      await openPicture(page, filledPrompt(newest - 1));
      await press(page, "Vary");
      await page.getByRole("menuitem").first().waitFor();
    },
    leave: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("menuitem").first().waitFor({ state: "detached" });
      await escape(page);
    },
  },
  {
    name: "two pictures compared",
    open: async (page) => {
      await lookAtWall(page);
      await press(page, "Select");
      for (const n of [newest, newest - 1])
        await page
          .getByRole("grid", { name: "Pictures" })
          .getByRole("button", { name: filledPrompt(n) })
          .click();
      await press(page, "Compare");
      await dialog(page, "Two pictures compared");
    },
    leave: escape,
  },
  {
    name: "the bar of the selection",
    open: (page) => page.getByRole("toolbar", { name: "Selected pictures" }).waitFor(),
    leave: (page) => press(page, "End selecting"),
  },
  {
    name: "a picture from elsewhere",
    open: async (page) => {
      await givePicture(page, "paste", "red.png", await plainPicture(page, "rgb(200 30 30)"));
      await page.getByRole("dialog").getByRole("button", { name: "Paint over a part" }).waitFor();
    },
    leave: () => Promise.resolve(),
  },
  {
    name: "the editor's mask",
    open: async (page) => {
      await press(page, "Paint over a part");
      await page.getByRole("application", { name: "Picture and mask" }).waitFor();
    },
    leave: () => Promise.resolve(),
  },
  {
    name: "the editor's frame",
    open: (page) => page.getByRole("dialog").getByRole("radio", { name: "Frame" }).click(),
    leave: (page) => page.getByRole("button", { name: "Use it", exact: true }).click(),
  },
  {
    name: "the studio with a starting picture and a refused field",
    open: async (page) => {
      await page.getByRole("region", { name: "Starting picture" }).waitFor();
      await page.getByLabel("Steps", { exact: true }).fill("900");
      await page.getByLabel("Steps", { exact: true }).press("Enter");
      await page.getByRole("alert").first().waitFor();
    },
    leave: (page) => page.getByLabel("Steps", { exact: true }).fill("12"),
  },
  {
    name: "the models",
    open: async (page) => {
      await page.getByRole("link", { name: "Models" }).click();
      await page.getByText("The hub and your token").click();
      await page.getByLabel("Hub's address").waitFor();
    },
    leave: toStudio,
  },
  {
    name: "the device",
    open: async (page) => {
      await page.getByRole("link", { name: "This device" }).click();
      await page.getByRole("heading", { name: "What it can draw with" }).waitFor();
    },
    leave: toStudio,
  },
];
