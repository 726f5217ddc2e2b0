# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# valgrind's memcheck around KernelShark, and what of it is ours. Source it behind tests/kshark/lib.sh.
#
# KernelShark 2.2.1, Qt and Mesa have errors and leaks of their own (without any plugin of ours: two reads before a block in
# kshark_get_collection_entry_back(), five leaks). Which ones depends on their versions, so there is no list of
# suppressions: an error counts if a line of the stack is in our object or our sources, be it where the memory was got.
#
#   vg_begin LOG    ks_start runs KernelShark in valgrind from here on
#   vg_end
#   vg_ours LOG [REGEX]   the errors with REGEX in a stack; fails if the log is none or is not whole. Print nothing: there are none

# --keep-debuginfo: when leaks are looked for, KernelShark has closed its plugins, and without this their names are gone.
# --fullpath-after=: with debug information valgrind tells the source file instead of the object; with the folder it can be ours only.
VG_OPTIONS=(--leak-check=full '--show-leak-kinds=definite,indirect,possible' --num-callers=50 --keep-debuginfo=yes
	--child-silent-after-fork=yes --fullpath-after= --error-limit=no)
VG_OURS='plugin-nvme_dup_cqe\.so|/plugin/kernelshark/'

# Where rendering has threads of its own they wait for each other: in one it takes half of the time.
vg_begin() {
	KS_RUN=(env LP_NUM_THREADS=0 valgrind "${VG_OPTIONS[@]}" "--log-file=$1")
	KS_PATIENCE=$((KS_PATIENCE * 5))
}

vg_end() {
	KS_RUN=()
	KS_PATIENCE=$((KS_PATIENCE / 5))
}

vg_ours() {
	grep -q 'ERROR SUMMARY: ' "$1" || { echo "valgrind: '$1' is not whole" >&2; return 1; }
	sed 's/^==[0-9]*== \{0,1\}//' "$1" | ours="${2-$VG_OURS}" awk -v RS= '
		{ frames = $0; gsub(/(^|\n)Command: [^\n]*/, "", frames) }
		frames ~ /(^|\n) *(at|by) 0x/ && frames ~ ENVIRON["ours"] { print $0 "\n" }'
}
