/** The words of a command line with the values of `--set` left out: `--set a.b=...`. */
export function withoutSetValues(argv: readonly string[]): string[] {
  return argv.map((word, at) => {
    const isSet = word.startsWith('--set=') || argv[at - 1] === '--set';
    return isSet ? word.replace(/^((?:--set=)?[^=]*=).*$/s, '$1...') : word;
  });
}
