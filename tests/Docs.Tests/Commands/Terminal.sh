# Makes a bash that reads its commands from a pipe behave like the terminal of a reader.
exec 2>&1
shopt -s expand_aliases
# Each command has a process group of its own, so that Ctrl-C reaches the command and not this shell.
set -m
trap ':' INT
set -o pipefail

# A reader that has seen enough ends a pipe early (seq 1000 | head -1). What wrote into it fails then: 141 from the signal, 23 from curl.
__docs_fails() {
    if [[ -n $__docs_failed ]]; then return 0; fi
    local code=$1 line=$2 last
    shift 2
    last=${*: -1}
    local status
    for status in "$@"; do
        if (( last == 0 && (status == 0 || status == 141 || status == 23) )); then continue; fi
        __docs_failed=$code
        __docs_line=$line
        return 0
    done
    return 1
}

# A block ends at the first command that fails.
trap 'if __docs_fails "$?" "$LINENO" "${PIPESTATUS[@]}" && (( ${#BASH_SOURCE[@]} > 0 )); then return 1; fi' ERR
