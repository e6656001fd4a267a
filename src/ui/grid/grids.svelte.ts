import type { GenerationRequest } from "../../contracts/request.ts";

/** A grid in the making: its pictures are ordinary ones of the queue, told by their `batchId`. */
export class RunningGrid {
  /** The job's that becomes the labelled picture. */
  readonly id: string;
  readonly all: number;
  #done = $state(0);

  constructor(id: string, all: number) {
    this.id = id;
    this.all = all;
  }

  /** Pictures that are drawn, failed or cancelled. */
  get done(): number {
    return this.#done;
  }

  noteDone(): void {
    this.#done++;
  }
}

/** The grids that this tab draws, and whether the panel for a new one is open. */
export class Grids {
  panel = $state(false);
  #list = $state.raw<readonly RunningGrid[]>([]);

  /** The one that a picture of the queue belongs to. */
  of({ batchId }: GenerationRequest): RunningGrid | undefined {
    return this.#list.find(({ id }) => id === batchId);
  }

  begin(id: string, all: number): RunningGrid {
    const grid = new RunningGrid(id, all);
    this.#list = [...this.#list, grid];
    return grid;
  }

  end(grid: RunningGrid): void {
    this.#list = this.#list.filter((other) => other !== grid);
  }
}
