# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the tests that run on every base; LAB_KERNELS="6.1" makes a shorter run.

LAB_KERNELS=${LAB_KERNELS:-6.1 6.12 7.3}

# in_lab KERNEL OPTION... -- COMMAND: pass the guest's checks on, named after the kernel. A guest
# that dies between two checks must not look like one that had no more to say.
in_lab() {
	local kernel=$1 out status=0
	shift
	out=$(mktemp)
	tests/vm/lab --kernel "$kernel" "$@" > "$out" 2> "$out.err" || status=$?
	sed -E "s/^((not )?ok) - /\1 - $kernel: /" "$out"
	_lib_seen=$((_lib_seen + $(grep -Ec '^(not )?ok - ' "$out")))
	_lib_failed=$((_lib_failed + $(grep -c '^not ok - ' "$out")))
	if ! grep -Eq '^(not )?ok - ' "$out"; then
		not_ok "$kernel: the guest reported at least one check (status $status)"
		sed 's/^/# /' "$out" "$out.err" | tail -n 40
	elif [ "$status" -ne 0 ] && ! { [ "$status" -eq 1 ] && grep -q '^not ok - ' "$out"; }; then
		not_ok "$kernel: the guest ran to its end (status $status)"
		sed 's/^/# /' "$out.err" | tail -n 40
	fi
	rm -f "$out" "$out.err"
}
