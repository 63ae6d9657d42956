#!/bin/bash
# complete.sh - what a shell offers when Tab is pressed behind a line.
#
# Usage: complete.sh bash|zsh|fish LINE
#
# Writes the candidates, sorted, a line each. The shell really runs, with the script
# that "pinbound completion" writes, and nothing of the user's own.
set -u
export HOME=$PWD XDG_CONFIG_HOME=$PWD/.config XDG_DATA_HOME=$PWD/.local TERM=dumb

# The line is cut into words as readline does it, where COMP_WORDBREAKS say.
in_bash() {
	# shellcheck disable=SC2016
	bash --norc -c 'source <(pinbound completion bash)
		line=$1
		read -ra COMP_WORDS <<< "${line//=/ = }"
		[[ $line != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		COMP_LINE=$line COMP_POINT=${#line}
		_pinbound
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

# An interactive zsh on a terminal of its own, whose compadd says what it is given.
in_zsh() {
	pinbound completion zsh > _pinbound
	cat > driven.zsh <<- 'END'
		PROMPT=
		unsetopt zle_bracketed_paste 2> /dev/null
		fpath=($PWD $fpath)
		autoload -U compinit && compinit -u -D
		zstyle ":completion:*" verbose no
		compadd() {
			local -a hits
			if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
				builtin compadd "$@"
				return
			fi
			builtin compadd -A hits "$@"
			(( $#hits )) && print -rl -- $hits >> offered
			builtin compadd "$@"
		}
		finish() { exit }
		zle -N finish
		offer() { compstate[insert]= compstate[list]=; _main_complete; compstate[list]= compstate[insert]= }
		zle -C offer complete-word offer
		bindkey "^I" offer
		bindkey "^X" finish
		print ready
	END
	: > offered
	zsh -f -c 'zmodload zsh/zpty
		zpty driven zsh -f -i
		zpty -w driven "source ./driven.zsh"
		zpty -r -m driven said "*ready*" || exit 1
		zpty -w -n driven "$1"$'"'\\t\\x18'"'
		while zpty -r driven said; do :; done' zsh "$1" > /dev/null 2>&1
	cat offered
}

# Descriptions stand behind a tab.
in_fish() {
	# shellcheck disable=SC2016
	fish --no-config -c 'pinbound completion fish | source
		complete -C $argv[1]' "$1"
}

"in_$1" "$2" | LC_ALL=C sort -u
