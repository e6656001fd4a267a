import { prefersReducedMotion } from "svelte/motion";

/** A transition's length in milliseconds; none for who asked the system for less motion. */
export function motion(milliseconds: number): { duration: number } {
  return { duration: prefersReducedMotion.current ? 0 : milliseconds };
}
