#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The harness around KernelShark, tried on marks of KernelShark's own: where lib.sh computes that something is, there it is.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/kshark/lib.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'ks_end; rm -rf "$work"' EXIT
ks_begin "$work/screen" || exit

# a gap on CPU 1 and one on CPU 2; KernelShark's plugin marks each in blue, on the row of the CPU and on that of the task
"$build/tests/kshark/make-trace" - "$work/made.dat" << 'END' || exit
0 100 7 other nvme_sq qid=1
1 100.001 1234 fio nvme_setup_cmd qid=1 cid=1
1 100.02 lost 12
1 100.025 1234 fio nvme_setup_cmd qid=1 cid=2
2 100.06 lost
2 100.06 99 dd nvme_setup_cmd qid=1 cid=3
0 100.1 7 other nvme_sq qid=1
END
blue=0000ff

ks_check "a trace is opened as a user does" ks_start -i "$work/made.dat"
is "all of it is shown: the first mark is at a quarter" "$(($(ks_row 1 columns $blue 0 10 | awk '{ print $2; exit }') - KS_X0))" $((KS_BINS / 4))
ks_check "it closes" ks_close
is "as many columns as KernelShark says" "$KS_BINS" "$(ks_saved .Model.bins)"

ks_session "$work/session.json" 100010000000 100070000000 cpus=1,2 pids=1234 plugins=missed_events "$work/made.dat"
for KS_THEME in light dark; do
	ks_check "$KS_THEME: a part of it is opened" ks_start -s "$work/session.json"
	# the pole of the flag is a pixel and a half thick
	x=$(ks_x 100025000000)
	has "$KS_THEME: the first gap on CPU 1" "$(ks_row 0 columns $blue 0 $((KS_HEIGHT - 8)))" "^($x|$((x - 1))) $x$|^$x $((x + 1))$"
	x=$(ks_x 100060000000)
	has "$KS_THEME: the second on CPU 2" "$(ks_row 1 columns $blue 0 $((KS_HEIGHT - 8)))" "^($x|$((x - 1))) $x$|^$x $((x + 1))$"
	is "$KS_THEME: the first on its task as well" "$(ks_row 2 columns $blue)" "$(ks_row 0 columns $blue)"
	check "$KS_THEME: the canvas is white" test "$(ks_canvas count ffffff)" -gt $((KS_BINS * 60))
	has "$KS_THEME: what is around it" "$KS_THEME $(_ks_picture colours 1 $((KS_TOP - 60)) 1 $((KS_TOP - 60)))" '^(light [ef]|dark [0-3])'
	ks_check "$KS_THEME: it closes" ks_close
done

ks_check "it is opened again" ks_start -s "$work/session.json"
fails "no marker is set" 1 '' ks_marker A
ks_check "a double click on the first record" ks_double_click "$(ks_x 100025000000)" $(($(ks_y 0) - 3))
ks_check "the other marker's button" ks_use_marker B
ks_check "a double click on the second" ks_double_click "$(ks_x 100060000000)" $(($(ks_y 1) - 3))
is "marker A in the picture" "$(ks_marker A)" "$(ks_x 100025000000)"
is "marker B in the picture" "$(ks_marker B)" "$(ks_x 100060000000)"
is "marker A in the tool bar" "$(ks_tool_text 1)" '100.025 000'
is "the distance in the tool bar" "$(ks_tool_text 3)" '0.035 000 000'
ks_check "it closes" ks_close
is "marker A as it was saved: the gap" "$(ks_saved_marker A)" 2
is "marker B as it was saved: the gap" "$(ks_saved_marker B)" 4
ks_saved_range
is "the range is what was asked for, but for less than a bin" "$(((KS_FROM - 100010000000) / 60000)) $(((KS_TO - 100070000000) / 60000))" '0 0'

head -c 3000 "$work/made.dat" > "$work/torn.dat"
fails "a torn trace is not drawn" 1 'it has failed' ks_start -i "$work/torn.dat"
finish
