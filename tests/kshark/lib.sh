# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A real KernelShark on a screen of its own, driven and looked at by a script. Source this file at the top of the source tree.
#
#   ks_begin FOLDER                     the screen (Xvfb), and all that KernelShark writes below FOLDER
#   ks_session FILE FROM TO [KEY=VALUE]... TRACE...
#                                       a session file: what is shown, in nanoseconds; see there
#   ks_start ARGUMENT...                start KernelShark, wait until it has drawn all and is idle
#   ks_settle                           wait until it is idle again, look at the screen anew
#   ks_x NS, ks_y ROW                   where a time stamp, a row is; after ks_range FROM TO
#   ks_count, ks_columns, ks_rows, ks_lines, ks_box: see there
#   ks_double_click X Y, ks_click X Y, ks_key KEY, ks_move X Y
#   ks_use_marker A|B                   what is selected next sets this one
#   ks_marker A|B                       the column where the marker stands
#   ks_tool_text NUMBER                 what stands in the tool bar: 1 marker A, 2 marker B, 3 the distance
#   ks_close                            close the window; the exit status is that of KernelShark
#   ks_saved JQ-FILTER                  after ks_close: from the session that it saved
#   ks_saved_marker A|B                 likewise: the row of the marker in the list, or "none"
#   ks_saved_range                      likewise: the exact range, for ks_x
#   ks_png FILE                         the window as a picture
#   ks_end                              end what is still there; to be called in a trap
#
# ks_check NAME FUNCTION... is check of tests/lib.sh for those that must run in this shell: ks_start, ks_settle, ks_close and all that
# moves or clicks. A function that fails says why on stderr. Waiting is bounded by KS_PATIENCE seconds each. KernelShark is run by the words of
# KS_RUN (an array: valgrind and its options), on the stylesheet of KS_THEME (light or dark).
#
# The themes: KernelShark has none of its own, in 2.2.1 and in 2.4.0: its widgets follow the palette of Qt, that is the desktop's
# theme. The canvas of the graphs is white in any case (ksplot_init_opengl). Here the dark one is a stylesheet, -stylesheet being an
# option of every program of Qt.
#
# Where things are. The canvas is as wide as the scroll area and begins with the labels of the rows; all lengths are in pixels:
#
#   the time axis     a black line from KS_X0 to KS_X1, KS_AXIS below the canvas's upper edge KS_TOP
#   bins              one a pixel, KS_BINS = KS_X1 - KS_X0 of them; bin 0 is at KS_X0. KernelShark rounds the time of a bin up to whole
#                     nanoseconds, t = (TO - FROM + KS_BINS - 1) / KS_BINS, lets half of what that adds to the range begin before FROM, and
#                     does so again whenever the width changes. So a time stamp is in column KS_X0 + (ts - FROM') / t, where FROM' is
#                     up to some microseconds before FROM: nothing where the range is 10 ms or more, many pixels where it is 100 us. In
#                     what it saves when it closes the range is exact: ks_close, then ks_saved_range, then look at the picture.
#   rows              the base line of row n is at KS_TOP + 50 + KS_HEIGHT + n * (KS_HEIGHT + 20), KS_HEIGHT being twice the height of the
#                     font: CPUs first, in the order of their numbers, then tasks, of each trace in turn. Shapes stand above the base.
#
# KS_X0, KS_X1 and KS_TOP are found in the picture by colour, KS_HEIGHT by the distance of the labels. The scroll area can become a pixel lower
# with what the tool bar shows, then a scroll bar covers the right end of the canvas: so KS_X1 and KS_HEIGHT are found when the
# window has got its size, and only KS_TOP again later. The rows must fit: what is scrolled away is not found.

KS_AXIS=31
KS_MARGIN=50
KS_SPACE=20
KS_COLOUR_A=008000
KS_COLOUR_B=008080
KS_PATIENCE=${KS_PATIENCE:-60}
KS_SIZE=${KS_SIZE:-1200x800}
KS_THEME=${KS_THEME:-light}
KS_RUN=()
KS_XVFB='' KS_PID=''

_ks_build=${BUILD:-build}
_ks_dark='QWidget { background-color: #202124; color: #e8eaed; } QHeaderView::section { background-color: #303134; }'

_ks_say() { echo "kshark: $*" >&2; }

# ks_check NAME FUNCTION...
ks_check() {
	local name=$1
	shift
	if "$@" 2> "$KS_FOLDER/why"; then
		ok "$name"
	else
		not_ok "$name"
		diag "failed: $*"
		diag "$(< "$KS_FOLDER/why")"
	fi
}

# _ks_until COMMAND...: as often as it takes; 1 when the patience is at an end
_ks_until() {
	local deadline=$((SECONDS + KS_PATIENCE))
	until "$@"; do
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.05
	done
}

_ks_alive() { [ -n "$1" ] && kill -0 "$1" 2> /dev/null; }

_ks_log() {
	_ks_say "$1; the log of KernelShark ends with:"
	tail -n 20 "$KS_FOLDER/kernelshark.log" >&2
	return 1
}

# ks_begin FOLDER
ks_begin() {
	KS_FOLDER=$1
	mkdir -p "$KS_FOLDER"/{home,cache,runtime,screen,plugins} || return
	chmod 700 "$KS_FOLDER/runtime"
	printf '[General]\nnoRootWarn=true\n' > "$KS_FOLDER/cache/setting.ini"
	printf '%s\n' "$_ks_dark" > "$KS_FOLDER/dark.qss"
	[ ! -e "$_ks_build/plugin/plugin_nvme.so" ] || cp "$_ks_build/plugin/plugin_nvme.so" "$KS_FOLDER/plugins/"
	: > "$KS_FOLDER/display"
	# a white ground: what is black on the screen is KernelShark's
	Xvfb -displayfd 3 -screen 0 1280x1024x24 -wr -nolisten tcp -noreset -fbdir "$KS_FOLDER/screen" \
		3> "$KS_FOLDER/display" > "$KS_FOLDER/xvfb.log" 2>&1 &
	KS_XVFB=$!
	_ks_until test -s "$KS_FOLDER/display" || { _ks_say "no screen: $(tail -n 1 "$KS_FOLDER/xvfb.log")"; return 1; }
	export DISPLAY
	DISPLAY=:$(< "$KS_FOLDER/display")
}

# _ks_kill PID: first kindly
_ks_kill() {
	_ks_alive "$1" || return 0
	kill "$1" 2> /dev/null
	KS_PATIENCE=5 _ks_until _ks_gone "$1" || kill -KILL "$1" 2> /dev/null
	wait "$1" 2> /dev/null
	return 0
}
_ks_gone() { ! _ks_alive "$1"; }

ks_end() {
	_ks_kill "$KS_PID"
	_ks_kill "$KS_XVFB"
	KS_PID='' KS_XVFB=''
}

_ks_array() { echo "[${1//,/, }]"; }

# _ks_stream NUMBER TRACE CPUS PIDS PLUGINS
_ks_stream() {
	local plugin list=''
	for plugin in ${5//,/ }; do
		list+="${list:+, }[\"$plugin\", true]"
	done
	cat << END
    { "type": "kshark.config.stream", "stream id": $1,
      "data": { "type": "kshark.config.data", "file": "$(realpath "$2")", "name": "top buffer", "time": $(stat -c %Y "$2") },
      "filters": { "type": "kshark.config.filter", "filter mask": 7 },
      "plugins": { "type": "kshark.config.plugins", "registered": [$list] },
      "CPUPlots": $(_ks_array "$3"), "TaskPlots": $(_ks_array "$4") }
END
}

# ks_session FILE FROM TO [cpus=N,N] [pids=N,N] [plugins=NAME,NAME] TRACE...: rows and plugins are those of each trace. A plugin that is
# not in KernelShark's folder is named here and given to ks_start by -p before -s. The traces must not change any more.
ks_session() {
	local file=$1 from=$2 to=$3 cpus='' pids='' plugins=missed_events,sched_events number=0 trace
	shift 3
	while [[ ${1-} =~ ^(cpus|pids|plugins)= ]]; do
		local "$1"
		shift
	done
	{
		cat <<- END
			{ "type": "kshark.config.session",
			  "MainWindow": [${KS_SIZE%x*}, ${KS_SIZE#*x}], "Splitter": [700, 100],
			  "Model": { "type": "kshark.config.model", "range": [$from, $to], "bins": 1000 },
			  "data streams": [
		END
		for trace; do
			[ $number = 0 ] || echo '    ,'
			_ks_stream $number "$trace" "$cpus" "$pids" "$plugins"
			number=$((number + 1))
		done
		cat <<- END
			  ],
			  "ComboPlots": [],
			  "Markers": { "type": "kshark.config.markers", "markA": { "isSet": false }, "markB": { "isSet": false }, "Active": "A" },
			  "ViewTop": 0, "ColorScheme": 0.75,
			  "User Plugins": { "type": "kshark.config.plugins", "obj. files": [] } }
		END
	} > "$file"
	ks_range "$from" "$to"
}

_ks_window() {
	KS_WINDOW=$(xdotool search --onlyvisible --name '^Kernel Shark' 2> /dev/null | head -n 1)
	[ -n "$KS_WINDOW" ] || ! _ks_alive "$KS_PID"
}

# ks_start ARGUMENT...
ks_start() {
	_ks_start "$@" && return
	_ks_kill "$KS_PID"
	KS_PID=''
	return 1
}

_ks_start() {
	local theme=()
	[ "$KS_THEME" != dark ] || theme=(-stylesheet "$KS_FOLDER/dark.qss")
	rm -f "$KS_FOLDER/cache/lastsession.json"
	KS_BINS='' KS_HEIGHT=''
	# the pointer, which is in the picture, out of the way
	ks_move 1279 1023
	KS_BEGAN=$(date +%s%N)
	(
		export HOME=$KS_FOLDER/home XDG_RUNTIME_DIR=$KS_FOLDER/runtime KS_USER_CACHE_DIR=$KS_FOLDER/cache
		export LIBGL_ALWAYS_SOFTWARE=1 QT_FONT_DPI=96 TRACEEVENT_PLUGIN_DIR=$KS_FOLDER/plugins LC_ALL=C.UTF-8
		unset QT_QPA_PLATFORM QT_QPA_PLATFORMTHEME QT_STYLE_OVERRIDE QT_SCALE_FACTOR WAYLAND_DISPLAY
		exec "${KS_RUN[@]}" kernelshark "${theme[@]}" "$@"
	) > "$KS_FOLDER/kernelshark.log" 2>&1 &
	KS_PID=$!
	_ks_until _ks_window && _ks_alive "$KS_PID" || { _ks_log 'no window has come'; return 1; }
	# as it comes it may be too small to show a row
	KS_HEIGHT=0
	ks_settle && ks_resize "$KS_SIZE" || return
	KS_START_MS=$((($(date +%s%N) - KS_BEGAN) / 1000000))
}

# ks_resize WIDTHxHEIGHT
ks_resize() {
	local size
	size=$(xdotool getwindowgeometry "$KS_WINDOW" | awk '$1 == "Geometry:" { print $2 }')
	KS_SIZE=$1 KS_BINS='' KS_HEIGHT=''
	[ "$size" = "$1" ] || xdotool windowsize --sync "$KS_WINDOW" "${1%x*}" "${1#*x}" || return
	ks_settle
}

# what the process has used of the CPU so far
_ks_ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$KS_PID/stat" 2> /dev/null; }

# Idle: no box that tells of progress, no work done, no pixel changed, three times in a row.
_ks_is_quiet() {
	local before after
	before="$(_ks_ticks) $(cksum < "$KS_FOLDER/screen/Xvfb_screen0")"
	sleep 0.15
	after="$(_ks_ticks) $(cksum < "$KS_FOLDER/screen/Xvfb_screen0")"
	if [ "$before" = "$after" ] && ! xdotool search --onlyvisible --name '^KernelShark$' > /dev/null 2>&1; then
		_ks_quiet=$((_ks_quiet + 1))
	else
		_ks_quiet=0
	fi
	[ $_ks_quiet -ge 3 ]
}

# an error opens a box that waits for an answer
_ks_has_failed() { ! _ks_alive "$KS_PID" || grep -q 'ERROR:' "$KS_FOLDER/kernelshark.log"; }

_ks_is_drawn() {
	! _ks_has_failed || return 0
	_ks_is_quiet || return
	_ks_look || { _ks_quiet=0; return 1; }
}

# ks_settle: KernelShark has drawn its graphs, and is idle
ks_settle() {
	_ks_quiet=0
	_ks_until _ks_is_drawn || { _ks_log 'the graphs are not drawn'; return 1; }
	! _ks_has_failed || { _ks_log 'it has failed'; return 1; }
}

_ks_picture() { "$_ks_build/tests/kshark/picture" "$KS_FOLDER/picture.xwd" "$@"; }

# _ks_look: take the picture that all the others look at, and find the graphs in it
_ks_look() {
	local line y x0 x1 first last
	cp "$KS_FOLDER/screen/Xvfb_screen0" "$KS_FOLDER/picture.xwd" || return
	# the axis is the uppermost long black line; it is a pixel and a half thick and begins above where it is
	line=$(_ks_picture lines 0 0 "${KS_SIZE%x*}" "${KS_SIZE#*x}" 000000 0 300 | head -n 1)
	read -r y x0 x1 <<< "$line"
	[ -n "$x1" ] || return
	[ -n "$KS_BINS" ] || { KS_X0=$x0 KS_X1=$x1 KS_BINS=$((x1 - x0)); }
	# the canvas is white between the labels and the axis
	KS_TOP=''
	while read -r first last; do
		[ "$first" -gt "$y" ] || [ "$last" -lt "$y" ] || { KS_TOP=$first KS_BOTTOM=$last; }
	done < <(_ks_picture rows $((x0 - 9)) 0 $((x0 - 9)) "${KS_SIZE#*x}" ffffff)
	[ -n "$KS_TOP" ] && [ $((KS_TOP + KS_AXIS + 30)) -lt "$KS_BOTTOM" ] || return
	[ -n "$KS_HEIGHT" ] || _ks_height
}

# The labels begin in the same height of each row. Of a single row, the base line tells.
_ks_height() {
	local tops low=$((KS_TOP + KS_AXIS + 8))
	mapfile -t tops < <(_ks_picture rows 26 $low $((KS_X0 - 12)) "$KS_BOTTOM" 000000 100 1 | awk '{ print $1 }')
	if [ ${#tops[@]} -gt 1 ]; then
		KS_HEIGHT=$((tops[1] - tops[0] - KS_SPACE))
	else
		KS_HEIGHT=$(_ks_picture lines "$KS_X0" $low "$KS_X1" "$KS_BOTTOM" 000000 0 100 |
			awk -v zero=$((KS_TOP + KS_MARGIN)) '!done { print $1 - zero; done = 1 }')
	fi
	[ -n "$KS_HEIGHT" ]
}

# ks_range FROM TO: what is shown, for ks_x
ks_range() { KS_FROM=$1 KS_TO=$2; }

# ks_x NS: the column of a time stamp
ks_x() {
	local bin=$(((KS_TO - KS_FROM + KS_BINS - 1) / KS_BINS))
	echo $((KS_X0 + ($1 - KS_FROM + (bin * KS_BINS - (KS_TO - KS_FROM)) / 2) / bin))
}

# ks_y ROW: the base line of a row, the first is 0
ks_y() { echo $((KS_TOP + KS_MARGIN + KS_HEIGHT + $1 * (KS_HEIGHT + KS_SPACE))); }

# Each of these takes the rectangle X0 Y0 X1 Y1, a colour RRGGBB, how far a part of it may differ (0), and how many pixels make a
# column, row, or line (1): picture --help
ks_count() { _ks_picture count "$@"; }
ks_columns() { _ks_picture columns "$@"; }
ks_rows() { _ks_picture rows "$@"; }
ks_lines() { _ks_picture lines "$@"; }
ks_box() { _ks_picture box "$@"; }
ks_colours() { _ks_picture colours "$@"; }

# ks_canvas COMMAND COLOUR...: one of the above on all of the canvas right of the labels
ks_canvas() { "ks_$1" "$KS_X0" "$KS_TOP" "$KS_X1" "$KS_BOTTOM" "${@:2}"; }

# ks_row ROW COMMAND COLOUR...: on a row, from its base line to where the one above ends
ks_row() {
	local base
	base=$(ks_y "$1")
	"ks_$2" "$KS_X0" $((base - KS_HEIGHT)) "$KS_X1" "$base" "${@:3}"
}

# ks_marker A|B: the column of its line, which is a pixel and a half thick and goes down to the end of the canvas; fails if there is none
ks_marker() {
	local colour=KS_COLOUR_$1
	ks_columns "$KS_X0" $((KS_TOP + KS_AXIS + 8)) "$KS_X1" "$KS_BOTTOM" "${!colour}" 0 $(((KS_BOTTOM - KS_TOP) / 3)) |
		awk '{ print $2; found = 1 } END { exit !found }'
}

ks_move() { xdotool mousemove "$1" "$2"; }

# ks_key KEY: as xdotool names it, ctrl+q
ks_key() { xdotool windowfocus --sync "$KS_WINDOW" key "$1"; }

# ks_click X Y
ks_click() {
	xdotool mousemove "$1" "$2" sleep 0.1 click 1 || return
	ks_settle
}

# ks_use_marker A|B: by its button, left of its field; the keys differ between the versions
ks_use_marker() {
	local x0 x1 y
	read -r x0 x1 y <<< "$(_ks_field "$([ "$1" = A ] && echo 1 || echo 2)")"
	[ -n "$y" ] && ks_click $((x0 - 30)) "$y"
}

# ks_double_click X Y
ks_double_click() {
	xdotool mousemove "$1" "$2" sleep 0.1 click --repeat 2 --delay 40 1 || return
	ks_settle
}

# _ks_field NUMBER: X0 X1 Y of a white field in the tool bar above the canvas; the three are found below their text
_ks_field() {
	_ks_picture lines 0 $((KS_TOP - 40)) "${KS_SIZE%x*}" $((KS_TOP - 3)) ffffff 0 60 | tac | awk -v wanted="$1" '
		$1 != y { y = $1; count = 0 }
		{ field[++count] = $2 " " $3 " " y - 6 }
		count == 3 { print field[4 - wanted]; exit }'
}

# ks_tool_text NUMBER: selected with the mouse, as a user copies it; on a busy machine a drag may be too quick for the window
ks_tool_text() {
	local x0 x1 y try text=''
	read -r x0 x1 y <<< "$(_ks_field "$1")"
	[ -n "$y" ] || { _ks_say "no field $1 in the tool bar"; return 1; }
	for try in 1 2 3 4; do
		text=$(_ks_drag "$x0" "$x1" "$y")
		[ -z "$text" ] || break
		sleep "$try"
	done
	echo "$text"
}

# _ks_drag X0 X1 Y: what is selected then
_ks_drag() {
	local x0=$1 x1=$2 y=$3
	xsel --primary --clear
	xdotool mousemove $((x1 - 2)) "$y" sleep 0.1 mousedown 1 sleep 0.1 mousemove $((x0 + 20)) "$y" sleep 0.05 \
		mousemove $((x0 + 1)) "$y" sleep 0.1 mouseup 1 || return
	timeout 5 xsel --primary --output
}

# ks_close: as a user does; what it returns is what KernelShark returned, 124 if it stays
ks_close() {
	local status=0
	ks_key ctrl+q || return
	_ks_until _ks_gone "$KS_PID" || { _ks_log 'it does not close'; return 124; }
	wait "$KS_PID" || status=$?
	KS_PID=''
	[ $status = 0 ] || _ks_log "it ended with status $status"
	return $status
}

ks_saved() { jq -r "$1" "$KS_FOLDER/cache/lastsession.json"; }
ks_saved_range() { ks_range "$(ks_saved '.Model.range[0]')" "$(ks_saved '.Model.range[1]')" && KS_BINS=$(ks_saved .Model.bins); }
ks_saved_marker() { ks_saved ".Markers.mark$1 | if .isSet then .row else \"none\" end"; }

# ks_png FILE
ks_png() { convert "xwd:$KS_FOLDER/picture.xwd" -crop "$KS_SIZE+0+0" +repage -strip "$1"; }
