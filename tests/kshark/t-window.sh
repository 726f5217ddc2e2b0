#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin in a real KernelShark: what it draws, where it computes that it is; double clicks; a clean end.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/kshark/lib.sh
. tests/kshark/valgrind.sh

build=${BUILD:-build}
plugin=$PWD/$build/plugin/plugin-nvme_dup_cqe.so
work=$(mktemp -d)
trap 'ks_end; rm -rf "$work"' EXIT
make_trace() { "$build/tests/kshark/make-trace" "$@" || exit; }
ks_begin "$work/screen" || exit

# the colours of shapes.cpp: a duplicate, its hatching, the two lines, who is in danger, a label's paper
hit=dc1428 hatch=ed8993 submission=1e5ae6 completion=008c46 taker=eb7800 paper=fffaeb

# One command on three CPUs: submitted 10 ms, completed 30, its tag taken at 45, the duplicate at 60; shown are 100 ms.
start=100000000000
make_trace - "$work/one.dat" << 'END'
0 100 7 other nvme_sq qid=1
0 100.01 1234 fio nvme_setup_cmd qid=1 cid=0x1005
1 100.03 0 <idle> nvme_complete_rq qid=1 cid=0x1005
2 100.045 1235 dd nvme_setup_cmd qid=1 cid=0x2005
1 100.06 0 <idle> nvme_dup_cqe qid=1 cid=0x1005 tag=5 genctr=1 reason=2 present=3 rq_cid=0x2005 rq_state=1 expected_genctr=2
2 100.09 0 <idle> nvme_complete_rq qid=1 cid=0x2005
0 100.1 7 other nvme_sq qid=1
END
one() { ks_session "$work/session.json" $start $((start + 100000000)) cpus=0,1,2 pids=1234 plugins=nvme_dup_cqe "$work/one.dat"; }
ms() { ks_x $((start + $1 * 1000000)); }

# marks ROW COLOUR: the columns of what is as high as the row
marks() { ks_row "$1" columns "$2" 0 $((KS_HEIGHT - 4)); }
# a line is up to two pixels thick
at() { echo "^($1|$(($1 - 1))) ($1|$(($1 + 1)))$"; }

# Labels stand between the rows: paper above a row, LEFT TOP RIGHT BOTTOM
label() { ks_box "$KS_X0" $(($(ks_y "$1") - KS_HEIGHT - KS_SPACE)) "$KS_X1" $(($(ks_y "$1") - KS_HEIGHT)) $paper 8; }

# near X Y COLOUR: pixels about of that colour, a thin line being smoothed
near() { ks_count $(($1 - 2)) $(($2 - 3)) $(($1 + 2)) $(($2 + 3)) "$3" 60; }

drawn() {
	local name=$1 s h c y0 y1 x left right
	s=$(ms 10) c=$(ms 30) h=$(ms 60)
	has "$name: the mark on the CPU of the duplicate" "$(marks 1 $hit)" "$(at "$h")"
	has "$name: and on the task that submitted the command" "$(marks 3 $hit)" "$(at "$h")"
	is "$name: none on the other CPUs" "$(marks 0 $hit)$(marks 2 $hit)" ''
	has "$name: who is in danger, where it was submitted" "$(marks 2 $taker)" "$(at "$(ms 45)")"
	read -r left _ right _ <<< "$(label 1)"
	check "$name: the label begins at the mark ($left $h)" test $((left - h)) -ge 0 -a $((left - h)) -le 2
	check "$name: it is as wide as a text" test $((right - left)) -gt 90
	check "$name: it has text" test "$(ks_count "$left" $(($(ks_y 1) - KS_HEIGHT - KS_SPACE)) "$right" $(($(ks_y 1) - KS_HEIGHT - 4)) $hit 60)" -gt 100
	read -r left _ _ _ <<< "$(label 2)"
	check "$name: a label for who is in danger ($left $(ms 45))" test $((left - $(ms 45))) -ge 0 -a $((left - $(ms 45))) -le 2
	check "$name: and that it was under way" test "$(ks_count $(($(ms 45) + 6)) $(($(ks_y 2) - KS_HEIGHT * 3 / 4 - 3)) $((h - 4)) $(($(ks_y 2) - KS_HEIGHT * 3 / 4 + 3)) $taker 40)" -gt $((h - $(ms 45) - 20))
	# from three quarters of the height of one row to that of the other
	y0=$(($(ks_y 0) - KS_HEIGHT * 3 / 4)) y1=$(($(ks_y 1) - KS_HEIGHT * 3 / 4))
	for part in 1 2 3; do
		x=$((s + (h - s) * part / 4))
		check "$name: the line from the submission, at $part quarters" test "$(near $x $((y0 + (y1 - y0) * part / 4)) $submission)" -gt 0
	done
	x=$(((c + h) / 2))
	check "$name: the line from the first completion" test "$(near $x $(($(ks_y 1) - KS_HEIGHT / 2)) $completion)" -gt 0
	check "$name: it does not begin before" test "$(near $((c - 12)) $(($(ks_y 1) - KS_HEIGHT / 2)) $completion)" -eq 0
	check "$name: the time in between is hatched" test "$(ks_row 1 count $hatch 40)" -gt $(((h - c) / 2))
	is "$name: nothing else is" "$(ks_count $((h + 4)) $(($(ks_y 1) - KS_HEIGHT)) "$KS_X1" "$(ks_y 1)" $hatch 40)" 0
}

# text in the tool bar is 100.030 000
clicked() {
	ks_check "$1: a double click" ks_double_click "$2" "$3"
	is "$1: marker A" "$(ks_tool_text 1)" "$4"
	is "$1: marker B" "$(ks_tool_text 2)" '100.060 000'
	is "$1: the distance" "$(ks_tool_text 3)" "$5"
}

one
for KS_THEME in light dark; do
	ks_check "$KS_THEME: it starts" ks_start -p "$plugin" -s "$work/session.json"
	drawn $KS_THEME
	[ $KS_THEME = dark ] || {
		clicked "the mark" "$(ms 60)" $(($(ks_y 1) - KS_HEIGHT + 4)) '100.030 000' '0.030 000 000'
		is "the mark: A stands on the first completion" "$(ks_marker A)" "$(ms 30)"
		clicked "the submission's line" $((($(ms 10) + $(ms 60)) / 2)) \
			$(($(ks_y 0) - KS_HEIGHT * 3 / 4 + (KS_HEIGHT + KS_SPACE) / 2)) '100.010 000' '0.050 000 000'
		clicked "who is in danger" "$(ms 45)" $(($(ks_y 2) - KS_HEIGHT + 4)) '100.045 000' '0.015 000 000'
		clicked "the label" $(($(ms 60) + 40)) $(($(ks_y 1) - KS_HEIGHT - 8)) '100.030 000' '0.030 000 000'
	}
	ks_check "$KS_THEME: it closes" ks_close
	is "$KS_THEME: it complains of nothing" "$(grep -v '^loading plugin ' "$KS_FOLDER/kernelshark.log" | grep -iE 'nvme_dup_cqe|warning|error|cannot')" ''
done
KS_THEME=light

# parts of it: around the duplicate, and before it
part() { ks_session "$work/session.json" $((start + $1 * 1000000)) $((start + $2 * 1000000)) cpus=0,1,2 plugins=nvme_dup_cqe "$work/one.dat"; }
part 50 70
ks_check "around the duplicate: it starts" ks_start -p "$plugin" -s "$work/session.json"
has "around the duplicate: the mark" "$(marks 1 $hit)" "$(at "$(ms 60)")"
check "around the duplicate: who is in danger, from the left edge" test "$(ks_row 2 count $taker 40)" -gt $(($(ms 60) - KS_X0 - 20))
check "around the duplicate: and its label" test "$(label 2 | wc -l)" -gt 0
check "around the duplicate: the line from the submission" test "$(near $((KS_X0 + 40)) $(($(ks_y 0) - KS_HEIGHT * 3 / 4 + (KS_HEIGHT + KS_SPACE) * 40 / ($(ms 60) - KS_X0))) $submission)" -gt 0
check "around the duplicate: the hatching from the left edge" test "$(ks_row 1 count $hatch 40)" -gt $((($(ms 60) - KS_X0) / 2))
ks_check "around the duplicate: it closes" ks_close
part 0 50
ks_check "before the duplicate: it starts" ks_start -p "$plugin" -s "$work/session.json"
is "before the duplicate: no mark" "$(marks 1 $hit)" ''
check "before the duplicate: the line from the submission leaves to the right" test "$(near $((KS_X1 - 40)) $(($(ks_y 1) - KS_HEIGHT * 3 / 4 - (KS_HEIGHT + KS_SPACE) * 40 / (KS_X1 - $(ms 10)))) $submission)" -gt 0
check "before the duplicate: so does the hatching" test "$(ks_row 1 count $hatch 40)" -gt $(((KS_X1 - $(ms 30)) / 2))
check "before the duplicate: and who is in danger" test "$(ks_row 2 count $taker 40)" -gt $((KS_X1 - $(ms 45) - 20))
ks_check "before the duplicate: it closes" ks_close

# 20 duplicates in 200 us, one in the last millisecond of what is shown, one in the first
{
	echo '0 100 7 other nvme_sq qid=1'
	echo '0 100.000001 0 <idle> nvme_dup_cqe qid=1 cid=0x1006 reason=1'
	for ((i = 0; i < 20; i++)); do
		printf '1 100.0500%02d 0 <idle> nvme_dup_cqe qid=1 cid=0x1005 reason=1\n' $((i * 4))
	done
	echo '2 100.0999 0 <idle> nvme_dup_cqe qid=1 cid=0x1007 reason=1'
	echo '0 100.1 7 other nvme_sq qid=1'
} > "$work/script"
make_trace "$work/script" "$work/many.dat"
printf '1 100.%s 7 other nvme_%s\n' 00 'sq qid=1' 03 'dup_cqe qid=1 cid=0x1005 reason=1' 033 'dup_cqe qid=1 cid=0x1006 reason=1' 1 'sq qid=1' > "$work/script"
make_trace "$work/script" "$work/near.dat"
ks_session "$work/session.json" $start $((start + 100000000)) cpus=0,1,2 plugins=nvme_dup_cqe "$work/many.dat"
ks_check "many: it starts" ks_start -p "$plugin" -s "$work/session.json"
is "many: 20 that are close are one mark" "$(marks 1 $hit | wc -l)" 1
read -r left _ right _ <<< "$(label 2)"
check "at the right end: the label stays in the picture ($right $KS_X1)" test "$right" -le "$KS_X1" -a $((right - left)) -gt 90
read -r left _ right _ <<< "$(label 0)"
ks_check "many: a double click beside marks" ks_double_click $((KS_X1 - 3)) $(($(ks_y 0) - 3))
check "many: marker A is set" ks_marker A
ks_check "many: a double click on one that has no completion" ks_double_click $(($(ks_x $((start + 99900000))) - 2)) $(($(ks_y 2) - KS_HEIGHT + 4))
is "many: marker B is on it, and there is no distance to anything" "$(ks_tool_text 2) $(ks_marker A 2> /dev/null)" '100.099 900 '
check "at the left end: likewise ($left $KS_X0)" test "$left" -ge "$KS_X0" -a $((right - left)) -gt 90
ks_check "many: it closes" ks_close
ks_session "$work/session.json" $((start + 50000000 - 10000)) $((start + 50000000 + 90000)) cpus=0,1,2 plugins=nvme_dup_cqe "$work/many.dat"
ks_check "many, near: it starts" ks_start -p "$plugin" -s "$work/session.json"
is "many, near: each has its mark" "$(marks 1 $hit | wc -l)" 20
ks_check "many, near: it closes" ks_close

# two whose labels would overlap: the second goes without
ks_session "$work/session.json" $start $((start + 100000000)) cpus=1 plugins=nvme_dup_cqe "$work/near.dat"
ks_check "two labels: it starts" ks_start -p "$plugin" -s "$work/session.json"
is "two labels: two marks" "$(marks 0 $hit | wc -l)" 2
read -r left _ right _ <<< "$(label 0)"
check "two labels: room for one alone ($left $right)" test $((right - left)) -gt 90 -a $((right - left)) -lt 180
ks_check "two labels: it closes" ks_close

# two traces: each has its own rows
ks_session "$work/session.json" $start $((start + 100000000)) cpus=1 plugins=nvme_dup_cqe "$work/one.dat" "$work/many.dat"
ks_check "two traces: it starts" ks_start -p "$plugin" -s "$work/session.json"
has "two traces: the one" "$(marks 0 $hit)" "$(at "$(ms 60)")"
has "two traces: the other" "$(marks 1 $hit)" "$(at "$(ms 50)")"
ks_check "two traces: it closes" ks_close

# nothing of ours in the trace
printf '0 100 7 other nvme_sq qid=1\n0 100.1 7 other nvme_sq qid=1\n' > "$work/script"
sed -i '1i events nvme_sq' "$work/script"
make_trace "$work/script" "$work/none.dat"
ks_check "without the event: it starts" ks_start -p "$plugin" -i "$work/none.dat"
is "without the event: no mark" "$(ks_canvas count $hit)" 0
ks_check "without the event: it closes" ks_close

one
vg_begin "$work/valgrind.log"
ks_check "in valgrind: it starts" ks_start -p "$plugin" -s "$work/session.json"
has "in valgrind: the mark" "$(marks 1 $hit)" "$(at "$(ms 60)")"
ks_check "in valgrind: a double click" ks_double_click "$(ms 60)" $(($(ks_y 1) - KS_HEIGHT + 4))
ks_check "in valgrind: it closes" ks_close
vg_end
is "valgrind finds nothing of ours" "$(vg_ours "$work/valgrind.log" 2>&1)" ''
finish
