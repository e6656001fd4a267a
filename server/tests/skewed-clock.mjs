/** Preloaded (`node --import`): this process's wall clock goes EASEL_TEST_CLOCK_SKEW milliseconds ahead of the true one. */
const skew = Number(process.env.EASEL_TEST_CLOCK_SKEW);
const TrueDate = Date;

globalThis.Date = class extends TrueDate {
  constructor(...given) {
    super(...(given.length === 0 ? [TrueDate.now() + skew] : given));
  }

  static now() {
    return TrueDate.now() + skew;
  }
};
