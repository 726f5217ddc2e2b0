# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernel sources from Debian's linux-source packages: what the patches are applied to, in the cache, or a whole tree.
# shellcheck shell=bash disable=SC2015,SC2034

# source_untar DIR TAR-OPTION...: the tarball inside the package FETCH_FILE; all of its 150 MB have to be decompressed
source_untar()
{
	local dir=$1

	shift
	lab_say "unpacking $FETCH_NAME $FETCH_VERSION"
	dpkg --fsys-tarfile "$FETCH_FILE" 2>"$dir/.log" | tar -xO "./usr/src/$FETCH_NAME.tar.xz" 2>>"$dir/.log" |
		xz -dc -T 0 | tar -x -C "$dir" --strip-components=1 --no-same-owner "$@" 2>>"$dir/.log" ||
		lab_die "cannot unpack $FETCH_NAME: $(lab_last_line "$dir/.log")"
	rm -f "$dir/.log"
}

# source_paths BASE: what the series BASE-SOMETHING change beyond drivers/nvme
source_paths()
{
	local about

	for about in "$LAB_DIR/../../kernel-patch/about.$1"-*; do
		# shellcheck source=/dev/null
		[ ! -r "$about" ] || (paths='' && . "$about" && printf '%s\n' $paths)
	done | sort -u
}

source_make()
{
	local role=$1 out=$2 dir paths

	mapfile -t paths < <(source_paths "${role%%/*}")
	lab_need_space 100 "the NVMe drivers of $role"
	lab_tmp dir
	fetch_deb "$role"
	source_untar "$dir" --no-wildcards-match-slash --wildcards '*/Makefile' '*/drivers/nvme' "${paths[@]/#/*/}" \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch'
	lab_keep "$dir" "$out"
}

# source_prepare ROLE: sets SOURCE_DIR, a folder with drivers/nvme and checkpatch
source_prepare()
{
	local paths

	fetch_look "$1"
	SOURCE_DIR=$LAB_CACHE/source/$FETCH_NAME-$FETCH_VERSION
	paths=$(source_paths "${1%%/*}")
	# other files are another folder
	[ -z "$paths" ] || SOURCE_DIR+=-$(sha256sum <<<"$paths" | cut -c 1-8)
	[ -d "$SOURCE_DIR" ] || lab_locked "source-${1%%/*}" kernel_once "$SOURCE_DIR" source_make "$1" "$SOURCE_DIR"
}

# not_after A B: A <= B as versions
source_not_after() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# source_role FOLDER: the package whose kernel is for kernel-patch/FOLDER, by VERSIONS; nothing if no suite has one
source_role()
{
	local first='' last='' folder role version

	while read -r folder first last; do
		[ "$folder" != "$1" ] || break
	done < <(grep -v '^#' "$LAB_DIR/../../kernel-patch/VERSIONS"; echo "none none none")
	[ "$folder" = "$1" ] || lab_die "kernel-patch/VERSIONS has no folder '$1'"
	while read -r role _ version _; do
		case $role in */source) ;; *) continue ;; esac
		version=${version%%-*}
		source_not_after "$first" "$version" && source_not_after "$version" "$last" || continue
		echo "$role"
		return
	done <"$LAB_CACHE/resolved"
}
