# SPDX-License-Identifier: GPL-2.0-or-later
#
# What every room of the lab uses: messages, the cache folder, locks, temporary folders that go away.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

LAB_TMPS=()

lab_say() { echo "lab: $*" >&2; }
lab_note() { [ "${LAB_VERBOSE:-0}" = 0 ] || echo "lab: $*" >&2; }

lab_die()
{
	echo "lab: $*" >&2
	exit 125
}

# on ERR: a command that nobody expected to fail; what has been reported already passes through
lab_unexpected()
{
	local rc=$?

	case $rc in
	125|130|143) exit $rc ;;
	esac
	lab_die "stopped in ${FUNCNAME[1]}, a command failed with status $rc: is the disk full, is a program missing?"
}

lab_cache_init()
{
	LAB_CACHE=${NVME_DUPCQE_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/nvme-dupcqe}
	case $LAB_CACHE in /*) ;; *) LAB_CACHE=$PWD/$LAB_CACHE ;; esac
	mkdir -p "$LAB_CACHE" 2>/dev/null ||
		lab_die "cannot create '$LAB_CACHE': set NVME_DUPCQE_CACHE to a folder you may write"
	[ -w "$LAB_CACHE" ] ||
		lab_die "cannot write to '$LAB_CACHE': set NVME_DUPCQE_CACHE to a folder you may write"
	# what a killed run left: the names are never trusted, a day later the space comes back
	find "$LAB_CACHE" -maxdepth 1 -name 'tmp.*' -mmin +1440 -exec rm -rf {} + 2>/dev/null || true
}

# need_tool PROGRAM PACKAGE
lab_need_tool()
{
	command -v "$1" >/dev/null 2>&1 && return
	[ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] ||
		lab_die "'$1' is missing: run 'make deps' as root, or install the package $2"
}

# need_space MB WHAT: refuse early instead of failing half-way
lab_need_space()
{
	local avail

	avail=$(df -Pm "$LAB_CACHE" | awk 'NR == 2 { print $4 }')
	[ "$avail" -ge "$1" ] ||
		lab_die "no room for $2 in '$LAB_CACHE': $1 MB are needed, $avail MB are free"
}

# a new temporary folder in the cache, its name in the variable called $1; on the disk where the result will be renamed
lab_tmp()
{
	local made

	made=$(mktemp -d "$LAB_CACHE/tmp.XXXXXX" 2>/dev/null) || lab_die "cannot create a folder in '$LAB_CACHE'"
	LAB_TMPS+=("$made")
	printf -v "$1" %s "$made"
}

# what runs in the background of a locked step, LAB_CHILD, does not outlive it
lab_end_child() { [ -z "$LAB_CHILD" ] || kill "$LAB_CHILD" 2>/dev/null || true; }

lab_drop_tmps()
{
	local dir

	for dir in ${LAB_TMPS[@]+"${LAB_TMPS[@]}"}; do
		chmod -R u+w "$dir" 2>/dev/null || true
		rm -rf "$dir" || true
	done
	LAB_TMPS=()
}

# keep TMP FINAL: what was made under a temporary name becomes the cache entry, whole or not at all
lab_keep()
{
	rm -rf "$2" && mkdir -p "$(dirname "$2")" && mv -T "$1" "$2" || lab_die "cannot write '$2'"
}

# locked NAME COMMAND...: one process at a time; COMMAND runs in a subshell, its results are files
lab_locked()
{
	local name=$1

	shift
	# not in a condition: errexit has to work inside
	(
		flock -n 9 || {
			lab_say "waiting for another lab that is busy with '$name'"
			flock 9
		}
		trap 'lab_end_child; lab_drop_tmps' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		LAB_TMPS=() LAB_CHILD=''
		"$@"
	) 9>"$LAB_CACHE/lock.$name"
}

# the last line of a tool's log that says something, for a one-line error; a full disk leaves none
lab_last_line()
{
	local line

	line=$(grep -v '^[[:space:]]*$' "$1" 2>/dev/null | tail -n 1) || true
	echo "${line:-it said nothing, is the disk full?}"
}
