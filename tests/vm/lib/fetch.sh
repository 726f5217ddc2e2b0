# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian packages of several suites, into the cache, without touching the system: apt with a sources list and a lists
# folder of its own. The mirrors are those of the machine's apt. apt verifies the signatures of the indices; the
# hashes from them are kept in the file 'resolved' (ROLE NAME VERSION SHA256 SIZE) and verified again before each use.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

FETCH_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
FETCH_MAX_DAYS=7

fetch_apt_opts()
{
	FETCH_APT=(
		-o "Dir::Etc::sourcelist=$LAB_CACHE/apt/sources.list" -o Dir::Etc::sourceparts=-
		-o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=-
		-o "Dir::State=$LAB_CACHE/apt/state" -o "Dir::State::lists=$LAB_CACHE/apt/lists"
		-o "Dir::State::status=$LAB_CACHE/apt/status" -o "Dir::Cache=$LAB_CACHE/apt/cache"
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 -o Acquire::Languages=none
		-o APT::Update::Error-Mode=any -o Acquire::Retries=1 -o Acquire::http::Timeout=30
		-o APT::Sandbox::User= -o APT::Get::List-Cleanup=false
	)
}

# host_release: bookworm or trixie
fetch_host_release()
{
	local code

	code=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
	case $code in
	bookworm|trixie) echo "$code" ;;
	*) lab_die "this is '$code': the lab runs on Debian 12 (bookworm) and Debian 13 (trixie)" ;;
	esac
}

# fetch_mirror SITE: where the machine's apt has the main archive, or the security archive; "none" if not configured
fetch_mirror()
{
	local want='^(bookworm|trixie|stable|oldstable)$'

	[ "$1" = security ] && want='^(bookworm|trixie|stable|oldstable)-security$'
	apt-get indextargets --format '$(RELEASE) $(REPO_URI) $(COMPONENT)' 'Identifier: Packages' 2>/dev/null |
		awk -v want="$want" '$1 ~ want && $3 == "main" && !done { print $2; done = 1 }'
}

fetch_write_sources()
{
	local main security line suite

	main=$(fetch_mirror main)
	security=$(fetch_mirror security)
	[ -n "$main" ] || lab_die "apt has no Debian archive configured: see /etc/apt/sources.list"
	[ -r "$FETCH_KEYRING" ] ||
		lab_die "'$FETCH_KEYRING' is missing: install the package debian-archive-keyring"
	line="deb [arch=amd64 signed-by=$FETCH_KEYRING]"
	for suite in bookworm bookworm-backports trixie trixie-backports; do
		echo "$line $main $suite main"
	done
	[ -z "$security" ] || echo "$line $security bookworm-security main"
	[ -z "$security" ] || [ "$FETCH_HOST" != trixie ] || echo "$line $security trixie-security main"
}

fetch_update()
{
	local log=$LAB_CACHE/apt/log

	mkdir -p "$LAB_CACHE"/apt/{state,lists/partial,cache/archives/partial}
	fetch_write_sources >"$LAB_CACHE/apt/sources.list"
	: >"$LAB_CACHE/apt/status"
	lab_say "reading the package lists of $(awk '{ print $(NF - 1) }' "$LAB_CACHE/apt/sources.list" | paste -sd ' ')"
	apt-get "${FETCH_APT[@]}" -q update >"$log" 2>&1
}

# fetch_newest NAME SUITE-PATTERN VERSION-PATTERN: the newest version that fits
fetch_newest()
{
	local newest='' version suite _

	while IFS='| ' read -r _ version _ suite _; do
		[[ $suite =~ ^($2)/ && $version =~ $3 ]] || continue
		if [ -z "$newest" ] || dpkg --compare-versions "$version" gt "$newest"; then
			newest=$version
		fi
	done < <(apt-cache "${FETCH_APT[@]}" madison "$1" 2>/dev/null)
	echo "$newest"
}

# fetch_field NAME=VERSION FIELD
fetch_field()
{
	apt-cache "${FETCH_APT[@]}" show "$1" 2>/dev/null |
		awk -v field="$2: " 'index($0, field) == 1 && !done { print substr($0, length(field) + 1); done = 1 }'
}

# fetch_depends NAME=VERSION PATTERN: the first dependency whose name fits
fetch_depends()
{
	fetch_field "$1" Depends | tr ',|' '\n' | awk '{ print $1 }' | grep -E -m 1 "$2" || true
}

# fetch_entry ROLE NAME VERSION: one line of the file 'resolved'
fetch_entry()
{
	local hash size

	hash=$(fetch_field "$2=$3" SHA256)
	size=$(fetch_field "$2=$3" Size)
	[ -n "$hash" ] && [ -n "$size" ] || lab_die "the package lists have no $2 $3"
	echo "$1 $2 $3 $hash $size"
}

# fetch_resolve_debian BASE SUITES VERSION-PATTERN: a stock Debian kernel, all five packages of one version
fetch_resolve_debian()
{
	local version image kver headers common kbuild

	version=$(fetch_newest linux-image-amd64 "$2" "$3")
	[ -n "$version" ] || lab_die "the mirror has no kernel $1 in $2: is the suite still there?"
	image=$(fetch_depends "linux-image-amd64=$version" '^linux-image-')
	kver=${image#linux-image-}
	kver=${kver%-unsigned}
	headers=linux-headers-$kver
	common=$(fetch_depends "$headers=$version" '^linux-headers-.*-common')
	kbuild=$(fetch_depends "$headers=$version" '^linux-kbuild-')
	fetch_entry "$1/image" "$image" "$version"
	fetch_entry "$1/headers" "$headers" "$version"
	fetch_entry "$1/common" "$common" "$version"
	fetch_entry "$1/kbuild" "$kbuild" "$version"
	fetch_entry "$1/source" "linux-source-$1" "$version"
}

fetch_resolve_all()
{
	local version

	fetch_resolve_debian 6.1 'bookworm|bookworm-security' '^6\.1\.'
	if [ "$FETCH_HOST" = bookworm ]; then
		fetch_resolve_debian 6.12 bookworm-backports '^6\.12\.'
	else
		fetch_resolve_debian 6.12 'trixie|trixie-security' '^6\.12\.'
	fi
	version=$(fetch_newest linux-source-7.3 trixie-backports '^7\.3')
	[ -n "$version" ] || lab_die "the mirror has no linux-source-7.3 in trixie-backports"
	fetch_entry 7.3/source linux-source-7.3 "$version"
	# not for a guest, but to try the patches on: the later 6.12, whose driver differs
	version=$(fetch_newest linux-source-6.12 'trixie|trixie-security' '^6\.12\.')
	[ -z "$version" ] || fetch_entry 6.12-trixie/source linux-source-6.12 "$version"
	[ "$FETCH_HOST" = bookworm ] || return 0
	version=$(fetch_newest qemu-system-x86 bookworm-backports '^1:1')
	[ -n "$version" ] || lab_die "the mirror has no QEMU 10 in bookworm-backports"
	fetch_entry qemu/x86 qemu-system-x86 "$version"
}

# make 'resolved' anew, or keep the one that is there with a note
fetch_refresh()
{
	local new why=''

	lab_need_tool apt-get apt
	lab_tmp new
	if ! fetch_update; then
		why=$(grep -E -m 1 '^[EW]: ' "$LAB_CACHE/apt/log" || lab_last_line "$LAB_CACHE/apt/log")
		[ -s "$LAB_CACHE/resolved" ] ||
			lab_die "cannot reach the package mirror (is there a network?): ${why:-apt-get update failed}"
		lab_say "cannot reach the package mirror, the versions of $(date -r "$LAB_CACHE/resolved" +%F) stay: $why"
		# not at every run, but again tomorrow
		touch -d "$((FETCH_MAX_DAYS - 1)) days ago" "$LAB_CACHE/resolved"
		return 0
	fi
	fetch_resolve_all >"$new/resolved"
	lab_keep "$new/resolved" "$LAB_CACHE/resolved"
}

fetch_is_fresh()
{
	[ -s "$LAB_CACHE/resolved" ] && [ "${LAB_REFRESH:-0}" = 0 ] &&
		[ -n "$(find "$LAB_CACHE/resolved" -mtime "-$FETCH_MAX_DAYS")" ]
}

fetch_refresh_once() { fetch_is_fresh || fetch_refresh; }

# what the other rooms call first
fetch_init()
{
	FETCH_HOST=$(fetch_host_release)
	fetch_apt_opts
	fetch_is_fresh || lab_locked apt fetch_refresh_once
	LAB_REFRESH=0
}

# fetch_look ROLE: sets FETCH_NAME FETCH_VERSION FETCH_HASH FETCH_SIZE
fetch_look()
{
	local line

	line=$(grep -m 1 "^$1 " "$LAB_CACHE/resolved") || lab_die "no package is known for '$1': run lab --refresh"
	read -r _ FETCH_NAME FETCH_VERSION FETCH_HASH FETCH_SIZE <<<"$line"
}

fetch_hash_ok() { [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]; }

# shows how far apt-get, process $1, is with the $3 bytes it puts into the folder $2
fetch_progress()
{
	local have shown=0 percent

	while kill -0 "$1" 2>/dev/null; do
		sleep 1
		have=$(du -sb "$2" 2>/dev/null | cut -f 1) || true
		percent=$((100 * ${have:-0} / $3))
		[ $percent -ge $((shown + 20)) ] && [ $percent -lt 100 ] || continue
		shown=$percent
		lab_say "  $percent % of $(($3 / 1000000)) MB"
	done
}

# one package into the cache; the caller has called fetch_look and holds the lock
fetch_one()
{
	local dir file=$1

	lab_need_space $((FETCH_SIZE / 1000000 + 50)) "$FETCH_NAME"
	lab_tmp dir
	lab_say "fetching $FETCH_NAME $FETCH_VERSION ($((FETCH_SIZE / 1000000)) MB)"
	(cd "$dir" && exec apt-get "${FETCH_APT[@]}" -q download "$FETCH_NAME=$FETCH_VERSION") >"$dir/log" 2>&1 9>&- &
	LAB_CHILD=$!
	fetch_progress $LAB_CHILD "$dir" "$FETCH_SIZE"
	wait $LAB_CHILD ||
		lab_die "cannot fetch $FETCH_NAME $FETCH_VERSION: $(grep -m 1 '^E:' "$dir/log" || lab_last_line "$dir/log")"
	LAB_CHILD=
	mv "$dir"/*.deb "$dir/deb"
	fetch_hash_ok "$dir/deb" "$FETCH_HASH" || lab_die "$FETCH_NAME $FETCH_VERSION arrived damaged: run it again"
	lab_keep "$dir/deb" "$file"
}

# fetch_deb ROLE: the package file, verified; its name in FETCH_FILE
fetch_deb()
{
	fetch_look "$1"
	FETCH_FILE=$LAB_CACHE/debs/${FETCH_NAME}_${FETCH_VERSION//:/%3a}.deb
	[ ! -e "$FETCH_FILE" ] || fetch_hash_ok "$FETCH_FILE" "$FETCH_HASH" || {
		lab_say "the cached $FETCH_NAME $FETCH_VERSION is damaged: fetching it again"
		rm -f "$FETCH_FILE"
	}
	[ -e "$FETCH_FILE" ] || lab_locked apt fetch_one "$FETCH_FILE"
}

# fetch_unpack ROLE DIR [TAR-OPTION...]: a package's files below DIR
fetch_unpack()
{
	local role=$1 dir=$2

	shift 2
	fetch_deb "$role"
	dpkg --fsys-tarfile "$FETCH_FILE" 2>"$dir/.log" | tar -x -C "$dir" --no-same-owner "$@" 2>>"$dir/.log" ||
		lab_die "cannot unpack $FETCH_NAME into '$dir': $(lab_last_line "$dir/.log")"
	rm -f "$dir/.log"
}
