#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/unit/t-format holds the formatters to, looked at by others: a JSON parser, and a terminal's limits.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

# json FILE PERL-EXPRESSION: the value of the expression, where $_ is the decoded object
json() {
	perl -MJSON::PP -e '
		my ($file, $expression) = @ARGV;
		open(my $in, "<", $file) or die "cannot open $file: $!\n";
		local $_ = JSON::PP->new->utf8->decode(do { local $/; <$in> });
		my $value = eval $expression;
		die $@ if $@;
		print JSON::PP->new->ascii->canonical->allow_nonref->encode($value);' "$1" "$2"
}

for file in tests/golden/*.json; do
	check "$file: a JSON object on one line" json "$file" 'ref eq "HASH" or die "no object\n"'
	is "$file: lines" "$(wc -l < "$file")" 1
	check "$file: text beside it" test -s "${file%.json}.txt"
done

stale=tests/golden/stale.json
is "numbers" "$(json $stale '[@$_{qw(qid cid tag genctr expected_genctr q_depth)}]')" '[1,36865,1,9,11,8]'
is "64 bits are strings" "$(json $stale '[@$_{qw(result sq_dma cq_dma)}]')" '["0x0","0x65b7000","0x65b8000"]'
is "the window has the refused entry" "$(json $stale '[scalar @{$_->{cqw}}, $_->{cqw}[$_->{cqw_hit}]]')" \
	'[8,[0,0,65538,36865]]'
is "the submission entry" "$(json $stale '[scalar @{$_->{sqe}}, $_->{sqe}[0]]')" '[16,2415984641]'
is "names" "$(json $stale '[@$_{qw(reason_name rq_state_name opcode_name status_name)}]')" \
	'["stale generation","idle","Write","Successful Completion"]'
is "findings" "$(json tests/golden/fresh.json '[map { delete $_->{means}; $_ } @{$_->{findings}}]')" \
	'[{"behind":1,"finding":"fresh_duplicate"},{"distance":1,"finding":"copy_in_ring","index":6,"slot":2}]'
is "every finding says what it means" \
	"$(for f in tests/golden/*.json; do json "$f" 'scalar grep { length($_->{means}) < 60 } @{$_->{findings}}'; echo; done | sort -u)" 0
is "absent is null" "$(json tests/golden/nothing.json 'my $o = $_; [grep { defined $o->{$_} } sort keys %$o]')" '["findings"]'
is "absent findings are none" "$(json tests/golden/nothing.json '$_->{findings}')" '[]'
is "hostile strings come through, what is no UTF-8 as its bytes" \
	"$(json tests/golden/hostile.json '[@$_{qw(transport addr trsvcid)}]' | sed 's/\x7f/\\u007f/')" \
	'["\u001b[2J\u0007\"'"'"'\\","a\nb\u00e4\u00c3(\u00ed\u00a0\u0080\ud83d\ude00\u00ff\u007f\u009b2J","\t\u00e2\u0082"]'

is "nothing but printable ASCII" "$(LC_ALL=C grep -lP '[^\x20-\x7e]' tests/golden/*.txt tests/golden/*.json)" ""
is "no line of a block is wider than 110 columns, a hostile or a garbled one apart" \
	"$(awk 'FNR > 1 && length > 110 && !/<- |\\x/ { print FILENAME ": " $0 }' tests/golden/*.txt)" ""
is "the refused entry is marked once in each window" \
	"$(grep -c -- '<- refused' tests/golden/{stale,fresh,large,unknown-tag,not-in-flight,zeroed}.txt | sed 's/.*://' | sort -u)" 1
finish
