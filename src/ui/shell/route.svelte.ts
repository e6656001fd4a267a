export const ROUTES = ["studio", "models", "device", "join", "admin"] as const;
export type RouteName = (typeof ROUTES)[number];

/** What the address asks for: a view, and what lies over it. */
interface Place {
  readonly name: RouteName;
  /** The job whose picture's page is open. */
  readonly picture: string | null;
  /** A request that somebody has put into a link (recipe-link.ts). */
  readonly recipe: string | null;
}

const PICTURES = "#/pictures/";
const RECIPE = "#/recipe/";
/** A code follows (JOIN_HASH in the contract, which the first JavaScript does without). */
const JOIN = "#/join/";
/** Put beside an address that this page led to: Back undoes it. */
const LED_HERE = "easel-led-here";

/** Which view is shown: the part of the address after #/, so that it works without a server, and Back goes back. */
export class Route {
  #place = $state.raw<Place>(readHash());
  /** Back was asked for and has not arrived: it would undo what is gone to meanwhile. */
  #returning = false;
  #next: (() => void) | null = null;

  constructor() {
    addEventListener("popstate", () => {
      const next = this.#next;
      this.#returning = false;
      this.#next = null;
      next?.();
    });
    addEventListener("hashchange", () => {
      const { name } = this.#place;
      this.#place = readHash();
      // A picture's page lies over the wall, which stays where it was.
      if (this.#place.name !== name) window.scrollTo({ top: 0 });
    });
  }

  get name(): RouteName {
    return this.#place.name;
  }

  get picture(): string | null {
    return this.#place.picture;
  }

  get recipe(): string | null {
    return this.#place.recipe;
  }

  /** Opens a picture's page; from one to the next is no step of its own, so that Back leads to the wall. */
  showPicture(id: string): void {
    const address = PICTURES + encodeURIComponent(id);
    const fromAnother = this.picture !== null;
    this.#place = { name: "studio", picture: id, recipe: null };
    this.#go(() => {
      if (fromAnother) history.replaceState(history.state, "", address);
      else history.pushState(LED_HERE, "", address);
    });
  }

  /** Shows a view with nothing over it. */
  show(name: RouteName): void {
    const { picture, recipe } = this.#place;
    const covered = picture !== null || recipe !== null;
    if (!covered && this.name === name) return;
    if (covered && this.name === name) return this.uncover();
    this.#place = { name, picture: null, recipe: null };
    this.#go(() => void (location.hash = routeAddress(name)));
  }

  /** Closes what lies over the view. */
  uncover(): void {
    const { name, picture, recipe } = this.#place;
    if (picture === null && recipe === null) return;
    this.#place = { name, picture: null, recipe: null };
    if (this.#returning) this.#next = null;
    else if (history.state === LED_HERE) {
      this.#returning = true;
      history.back();
    } else history.replaceState(null, "", routeAddress(name));
  }

  #go(step: () => void): void {
    if (this.#returning) this.#next = step;
    else step();
  }
}

export function routeAddress(name: RouteName): string {
  return name === "studio" ? "#/" : `#/${name}`;
}

/** @param recipe as recipe-link.ts writes it */
export function recipeAddress(recipe: string): string {
  return RECIPE + recipe;
}

function readHash(): Place {
  const { hash } = location;
  const after = (start: string) => (hash.startsWith(start) ? hash.slice(start.length) : null);
  return {
    name: ROUTES.find((name) => hash === routeAddress(name)) ?? (after(JOIN) === null ? "studio" : "join"),
    picture: after(PICTURES),
    recipe: after(RECIPE),
  };
}
