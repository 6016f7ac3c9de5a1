/** Shells that `capstan completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of the shells. */
export type Shell = (typeof SHELLS)[number];

/**
 * How the answer of `capstan __complete` ends: a line `:N`, in the numbers that kubectl and others use, so that kubectl
 * understands the same answer for `kubectl capstan`. Numbers are added.
 */
export const DIRECTIVE = {
  /** Names of files may follow where nothing else is offered. */
  files: 0,
  /** No blank after the word: more of it follows. */
  noSpace: 2,
  noFiles: 4,
  folders: 16,
} as const;

/** The script that a shell reads. It asks `capstan __complete` for everything, so it need not change with the commands. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

// bash splits words at = : and @ too, so the program splits the line itself; of each candidate bash then replaces only
// what stands behind the last of these signs.
const BASH = `# capstan completion for bash: source <(capstan completion bash)
_capstan() {
  local line="\${COMP_LINE:0:COMP_POINT}" current="\${COMP_WORDS[COMP_CWORD]}" directive=4 tab=$'\\t' answer value
  answer="$("\${COMP_WORDS[0]/#\\~/$HOME}" __complete-line "$line" 2>/dev/null)" || return
  [[ "$current" == [=:@] ]] && current=""
  local typed="\${line##*[[:space:]]}"
  local kept="\${typed%"$current"}"
  COMPREPLY=()
  while IFS= read -r value; do
    if [[ "$value" == :* ]]; then
      directive="\${value#:}"
    else
      value="\${value%%"$tab"*}"
      COMPREPLY+=("\${value#"$kept"}")
    fi
  done <<<"$answer"
  type compopt >/dev/null 2>&1 || return 0
  (( directive & 2 )) && compopt -o nospace
  (( directive & 16 )) && compopt -o dirnames
  (( directive & 20 )) || compopt -o default
  return 0
}
complete -F _capstan capstan
`;

const ZSH = `#compdef capstan
# capstan completion for zsh: source <(capstan completion zsh), or this text as _capstan in a folder of $fpath
_capstan() {
  local -a lines described
  local line directive=4 value tab=$'\\t'
  lines=("\${(@f)$("\${(Q)words[1]/#\\~/$HOME}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    if [[ "$line" == :* ]]; then
      directive="\${line#:}"
    elif [[ -n "$line" ]]; then
      value="\${line%%$tab*}"
      value="\${value//:/\\\\:}"
      if [[ "$line" == *$tab* ]]; then described+=("$value:\${line#*$tab}"); else described+=("$value"); fi
    fi
  done
  if (( directive & 16 )); then _files -/; return; fi
  if (( \${#described} == 0 )); then
    (( directive & 4 )) || _files
    return
  fi
  if (( directive & 2 )); then _describe -V capstan described -S ''; else _describe -V capstan described; fi
}
if [[ "\${funcstack[1]}" == _capstan ]]; then _capstan "$@"; elif (( $+functions[compdef] )); then compdef _capstan capstan; fi
`;

const FISH = `# capstan completion for fish: capstan completion fish | source
function __capstan_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l program $words[1]
  set -e words[1]
  set -l directive 4
  set -l answer ($program __complete $words "$current" 2>/dev/null)
  for line in $answer
    if string match -qr '^:\\d+$' -- $line
      set directive (string sub -s 2 -- $line)
    else
      printf '%s\\n' $line
    end
  end
  if test (count $answer) -le 1
    if test $directive -eq 16
      __fish_complete_directories "$current"
    else if test $directive -eq 0
      __fish_complete_path "$current"
    end
  end
end
complete -c capstan -f -a '(__capstan_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
