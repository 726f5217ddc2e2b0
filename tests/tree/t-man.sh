#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages of daemon and tool name exactly what the code has: options, messages, fields, metrics, keys, files.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

build=${BUILD:-${O:-build}}
page=docs/man/nvme-dupcqed.8
tool_page=docs/man/nvme-dupcqe.1

# section NAME [PAGE]: its text without markup
section() {
	awk -v wanted="$1" '/^\.SH / { gsub(/^\.SH |"/, ""); on = $0 == wanted } on' "${2-$page}" |
		sed -e 's/\\f[A-Z]//g' -e 's/\\-/-/g' -e 's/\\(dq/"/g'
}
words() { grep -oE "$1" | sort -u; }

# options: "--name" or "--name=VALUE"
said() { section "$1" "$2" | grep -E -A1 '^\.T[PQ]' | grep '^\.B' | tr -d '" ' | words '\--[a-z-]+(=[A-Z:]+)?'; }
shown() { "$@" | sed -n 's/^  *\(-., \)\{0,1\}\(--[^ ]*\).*/\2/p' | sort -u; }
is "options of the daemon" "$(said OPTIONS $page)" "$(shown "$build/nvme-dupcqed" --help)"
is "options of doctor" "$(said doctor $tool_page)" "$(shown "$build/nvme-dupcqe" doctor --help)"
is "checks of doctor" "$(section doctor $tool_page | grep -A1 '^\.TP' | sed -n 's/^\.B \([a-z]\)/\1/p' | sort)" \
	"$("$build/nvme-dupcqe" doctor --root tests/tree --json | sed -n 's/.*"check":"\([^"]*\)".*/\1/p' | sort)"
is "options of status" "$(said status $tool_page)" "$(shown "$build/nvme-dupcqe" status --help)"
is "options of rings" "$(said rings $tool_page)" "$(shown "$build/nvme-dupcqe" rings --help)"
for status in $("$build/nvme-dupcqe" rings --help | sed -n 's/^exit status: //p' | words '\b[0-9]\b'); do
	has "exit status $status of rings" "$(section 'EXIT STATUS' $tool_page | sed -n '1,/^\.PP/p')" "^\.B $status\$"
done
for command in $("$build/nvme-dupcqe" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	check "a section for the command $command" grep -qx ".SH $command" $tool_page
done
for status in $("$build/nvme-dupcqed" --help | sed -n 's/^exit status: //p' | words '[0-9]'); do
	has "exit status $status of the daemon" "$(section 'EXIT STATUS')" "^\.B $status\$"
done
for status in $("$build/nvme-dupcqe" doctor --help | sed -n '/^exit status: /,$p' | words '[0-9]'); do
	has "exit status $status of doctor" "$(section 'EXIT STATUS' $tool_page | sed -n '/doctor/,/status/p')" "^\.B $status\$"
done
for status in $("$build/nvme-dupcqe" status --help | sed -n 's/^exit status: //p' | words '[0-9]'); do
	has "exit status $status of status" "$(section 'EXIT STATUS' $tool_page)" "^\.B $status\$"
done
is "signals" "$(section SIGNALS | grep '^\.B' | words 'SIG[A-Z0-9]+')" "$(grep 'signals\[\] =' daemon/engine_signal.c | words 'SIG[A-Z0-9]+')"

# messages and fields
is "message ids" "$(section LOG | words '[0-9a-f]{32}')" "$(words 'MESSAGE_ID=[0-9a-f]{32}' < daemon/journal.c | sed 's/.*=//')"
fields=$({ words '\{ "DUPCQE_[A-Z_]+"' < daemon/hit_fields.c; cat daemon/*.c | words 'journal_field\("[A-Z_]+"'; } | words '[A-Z_]{3,}')
is "fields of messages" "$(section LOG | sed -n 's/^\.B \([A-Z_]*\)$/\1/p' | sort -u)" "$fields"
first=$(words '\{ "DUPCQE_[A-Z_]+"' < daemon/hit_fields.c | wc -l)
is "environment of programs: from DUPCQE_DEVICE to DUPCQE_LOST are all of a hit" \
	"$(section LOG | sed -n '/^\.B DUPCQE_DEVICE$/,/^\.B DUPCQE_LOST$/s/^\.B \(DUPCQE_[A-Z_]*\)$/\1/p' | wc -l)" "$first"
for name in $(grep -hoE 'add\(env, "[A-Z_]+"' daemon/exec_env.c | words '[A-Z_]{3,}'); do
	has "environment of programs: $name" "$(section PROGRAMS)" "\b$name\b"
done
has "environment of programs: PATH" "$(section PROGRAMS)" "$(sed -n 's/.*"PATH=\(.*\)".*/\1/p' daemon/exec_env.c)"

# metrics
is "metrics" "$(section METRICS | sed -n 's/^\.B \(nvme_dupcqe_[a-z_]*\)$/\1/p' | sort -u)" \
	"$({ sed -nE 's/.*(head|put_gauge|put_counter|put_rules)\(to, "([a-z_]+)".*/nvme_dupcqe_\2/p' daemon/publish_metrics.c; } | sort -u)"

# keys of JSON
keys_of() { section "$1" | grep -E '^\.(B|BR|RB) ' | sed -e 's/"[^"]*"//g' -e 's/^\.[A-Z]* //' | tr -d '(),:;' | tr ' ' '\n' | words '^[a-z][a-z_]*$'; }
missing() { comm -23 <(sort -u) <(keys_of "$1"); }
is "keys of the state" "$(sed -nE 's/.*put_string\(to, "([a-z_]+)".*/\1/p' daemon/publish.c | missing 'STATE FILE'; \
	grep -oE '\\"[a-z_]+\\":' daemon/publish.c | tr -d '\\":' | missing 'STATE FILE')" ""
is "keys of a snapshot" "$(sed -nE 's/.*(string|number|number_string|key)\(text, "([a-z_]+)".*/\2/p' daemon/snapshot_json.c | missing SNAPSHOTS)" ""

# files, and the daemon's own limits
for file in $(sed -n 's/.*"\(\/\(run\|var\/lib\)\/[^"]*\)".*/\1/p' daemon/main.c); do
	has "files below $file" "$(section FILES)" "$file/"
done
is "combinations of labels" "$(section METRICS | grep -oE 'beyond [0-9]+')" "beyond $(grep -oE 'PUBLISH_SERIES = [0-9]+' daemon/publish.h | grep -oE '[0-9]+')"
finish
