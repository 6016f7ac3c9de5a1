/** The part of logic-solver (MiniSat compiled to JavaScript) that tests use; it comes without types. */
declare module 'logic-solver' {
  type Formula = string | { readonly type: string };
  class Solver {
    require(...formulas: Formula[]): void;
    /** null where nothing meets the assumption and everything that was required. */
    solveAssuming(assumption: Formula): object | null;
  }
  const Logic: {
    Solver: typeof Solver;
    or(...formulas: Formula[]): Formula;
  };
  // biome-ignore lint/style/noDefaultExport: that is how the library exports it
  export default Logic;
}
