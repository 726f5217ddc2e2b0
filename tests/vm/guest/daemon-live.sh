#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: daemon-live.sh TEST...: programs of tests/daemon. None may skip anything here.
set -u
cd "$(dirname "$0")/../../.." || exit 1

failed=0
for test in "$@"; do
	"${BUILD:-build}/tests/daemon/$test" > /run/out 2>&1
	status=$?
	sed -nE "s/^((not )?ok) ([0-9]+ )?- /\1 - $test: /p" /run/out
	if [ $status -ne 0 ] || grep -q '# SKIP' /run/out || ! grep -q '^ok' /run/out; then
		echo "not ok - $test: ended with status $status, all of it was run"
		sed 's/^/# /' /run/out
		failed=1
	fi
done
exit $failed
