export const ROUTES = ["studio", "models", "device", "admin"] as const;
export type RouteName = (typeof ROUTES)[number];

/** Which view is shown: the part of the address after #/, so that it works without a server, and Back goes back. */
export class Route {
  #name = $state<RouteName>(readHash());

  constructor() {
    addEventListener("hashchange", () => {
      this.#name = readHash();
      window.scrollTo({ top: 0 });
    });
  }

  get name(): RouteName {
    return this.#name;
  }
}

export function routeAddress(name: RouteName): string {
  return name === "studio" ? "#/" : `#/${name}`;
}

function readHash(): RouteName {
  return ROUTES.find((name) => location.hash === routeAddress(name)) ?? "studio";
}
