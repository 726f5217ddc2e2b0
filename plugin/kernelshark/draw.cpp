// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the shapes stand. KernelShark calls for one row after the other, with one list of shapes for all rows of a
 * redraw. A line from one row to another can be made when the second of the two has come: until then it waits in the
 * Redraw, which is itself a shape of that list, an invisible one: so it ends when KernelShark drops the list.
 */
#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>
#include <vector>
#include <KsPlugins.hpp>
#include "label.h"
#include "plugin.h"
#include "shapes.hpp"

using namespace dupcqe;

namespace {

const int MERGE = 8; /* pixels: marks that are nearer become one */
const int SHORT = 3; /* pixels: a line on one row that is shorter is hidden by the mark */
const size_t LOOKED_AT = 64; /* of those that are one mark, for one with lines */
const int GAP = 2;   /* between a row and its label */

struct RowKey {
	int sd;
	row_kind kind;
	int32_t row;

	bool operator<(const RowKey &other) const
	{
		return std::tie(sd, kind, row) < std::tie(other.sd, other.kind, other.row);
	}
};

/* One end of a line; where its row is not drawn yet, y is not known. */
struct End {
	RowKey row;
	int x;
};

struct Waiting {
	End from, to;
	bool begins; /* its beginning is in view */
	role from_role;
	Marked marked;
};

class Redraw : public KsPlot::PlotObject {
public:
	explicit Redraw(KsPlot::PlotObjList *shapes) : _shapes(shapes)
	{
		_visible = false;
		_current = this;
	}
	~Redraw() override
	{
		if (_current == this)
			_current = nullptr;
	}
	double distance(int, int) const override { return 1e9; }

	static Redraw *of(KsPlot::PlotObjList *shapes)
	{
		if (!_current || _current->_shapes != shapes)
			shapes->push_front(new Redraw(shapes));
		return _current;
	}
	void enter(const RowKey &row, const Place &place);
	void connect(const Waiting &line);

private:
	void _draw(const KsPlot::Color &, float) const override {}
	void place(const Waiting &line, const Place &from, const Place &to);

	KsPlot::PlotObjList *_shapes;
	std::map<RowKey, Place> _places;
	std::multimap<RowKey, Waiting> _waiting; /* by a row that is not drawn yet */
	static Redraw *_current;
};

Redraw *Redraw::_current;

void Redraw::place(const Waiting &line, const Place &from, const Place &to)
{
	const bool submission = line.from_role == ROLE_SUBMISSION;
	const auto level = submission ? level_submission : level_completion;

	if (&from == &to && std::abs(line.to.x - line.from.x) < SHORT)
		return;
	_shapes->push_front(new LinkLine({line.from.x, level(from)}, {line.to.x, level(to)}, line.begins,
					 submission ? palette.submission : palette.completion,
					 line.marked));
}

/* Makes the line, or lets it wait for a row that is missing. */
void Redraw::connect(const Waiting &line)
{
	const auto from = _places.find(line.from.row), to = _places.find(line.to.row);

	if (from == _places.end())
		_waiting.emplace(line.from.row, line);
	else if (to == _places.end())
		_waiting.emplace(line.to.row, line);
	else
		place(line, from->second, to->second);
}

void Redraw::enter(const RowKey &row, const Place &at)
{
	const auto range = _waiting.equal_range(row);
	std::vector<Waiting> lines;

	_places[row] = at;
	for (auto line = range.first; line != range.second; ++line)
		lines.push_back(line->second);
	_waiting.erase(range.first, range.second);
	for (const auto &line: lines)
		connect(line);
}

/* One row in one redraw. */
class RowDrawer {
public:
	RowDrawer(KsCppArgV *argv, const scene &scene, const RowKey &key);
	void draw();

private:
	int x(int64_t ts) const { return _place.left + view_pixel(&_view, ts); }
	void draw_hits();
	void draw_takers();
	void draw_taken();
	void draw_leaving(role role);
	bool is_here(const hit *hit) const;
	const hit *linked(const struct row &row, const cluster &cluster) const;
	void draw_hit(const struct row &row, const cluster &cluster);
	void draw_links(const hit *hit);
	void hatch(const hit *hit);
	void connect(const hit *hit, role from);
	bool label(int x, const char *text, const ksplot_color &ink, Marked marked);
	bool occupied(int left, int right) const;

	const scene &_scene;
	RowKey _key;
	KsPlot::PlotObjList *_shapes;
	Redraw *_redraw;
	Place _place;
	view _view;
	std::vector<std::pair<int, int>> _labels;
	int _hatched_to;
};

RowDrawer::RowDrawer(KsCppArgV *argv, const scene &scene, const RowKey &key)
: _scene(scene), _key(key), _shapes(argv->_shapes), _redraw(Redraw::of(argv->_shapes))
{
	const KsPlot::Graph *graph = argv->_graph;
	const kshark_trace_histo *histo = argv->_histo;

	_place = {graph->bin(0)._base.x(), graph->bin(graph->size() - 1)._base.x(), graph->base(),
		  graph->height()};
	_view = {histo->min, histo->max, histo->bin_size, graph->size()};
	_hatched_to = _place.left;
}

bool RowDrawer::occupied(int left, int right) const
{
	for (const auto &label: _labels)
		if (left <= label.second && right >= label.first)
			return true;
	return false;
}

/*
 * Never outside the picture: moved to the left, or cut where the whole graph is too narrow. Never over another one: then
 * it is left out, and the answer is false.
 */
bool RowDrawer::label(int x, const char *text, const ksplot_color &ink, Marked marked)
{
	const int room = _place.right - _place.left;
	std::string cut(text);

	while (!cut.empty() && Label::width(cut) > room)
		cut.pop_back();
	const int width = Label::width(cut);
	const int left = std::max(_place.left, std::min(x, _place.right - width));

	if (cut.empty() || !width || occupied(left, left + width))
		return false;
	_labels.emplace_back(left, left + width);
	_shapes->push_front(new Label(left, _place.base - _place.height - GAP, cut, ink, marked));
	return true;
}

void RowDrawer::connect(const hit *hit, role from)
{
	Waiting line;

	line.from_role = from;
	line.from.row = line.to.row = _key;
	if (!hit_row(hit, _key.kind, from, &line.from.row.row) ||
	    !hit_row(hit, _key.kind, ROLE_HIT, &line.to.row.row))
		return;
	line.from.x = x(hit_entry(hit, from)->ts);
	line.to.x = x(hit->entry->ts);
	line.begins = view_shows(&_view, hit_entry(hit, from)->ts);
	line.marked = {hit_entry(hit, from), hit->entry};
	_redraw->connect(line);
}

/* Where several overlap, the stretch is hatched once. */
void RowDrawer::hatch(const hit *hit)
{
	int from, to;

	if (!hit->completion)
		return;
	from = std::min(x(hit->completion->ts), x(hit->entry->ts));
	to = std::max(x(hit->completion->ts), x(hit->entry->ts));
	from = std::max(from, _hatched_to);
	if (to - from < 2)
		return;
	_hatched_to = to;
	_shapes->push_front(new Hatched(_place, from, to));
}

void RowDrawer::draw_links(const hit *hit)
{
	connect(hit, ROLE_SUBMISSION);
	connect(hit, ROLE_COMPLETION);
}

/* Of those that are one mark, the one whose lines are drawn and whose entries are marked: the first that has any. */
const hit *RowDrawer::linked(const struct row &row, const cluster &cluster) const
{
	const size_t most = std::min<size_t>(cluster.count, LOOKED_AT);

	for (size_t i = 0; i < most; i++) {
		const hit *hit = trace_hit(_scene.trace, row.at[cluster.first + i].hit);

		if (hit->link == LINK_FOUND)
			return hit;
	}
	return trace_hit(_scene.trace, row.at[cluster.first].hit);
}

void RowDrawer::draw_hit(const struct row &row, const cluster &cluster)
{
	const hit *hit = linked(row, cluster);
	const int at = _place.left + cluster.pixel;
	const Marked marked = {hit->completion, hit->entry};
	char text[LABEL_MAX], number[LABEL_MAX];

	if (cluster.count > 1)
		label_count(cluster.count, text);
	else
		label_hit(hit, _scene.trace, text);
	label_count_short(cluster.count, number);
	/* of the list, what is in front is drawn first: this way the label is on top */
	if (!label(at, text, palette.hit, marked) && cluster.count > 1)
		label(at, number, palette.hit, marked);
	_shapes->push_front(new Flag(_place, at, palette.hit, 0, marked));
	hatch(hit);
	draw_links(hit);
}

void RowDrawer::draw_hits()
{
	const struct row row = rows_find(_scene.rows, _key.kind, ROLE_HIT, _key.row);
	cluster cluster;

	for (size_t from = 0; row_next(&row, &_view, from, MERGE, &cluster);
	     from = cluster.first + cluster.count)
		draw_hit(row, cluster);
}

void RowDrawer::draw_takers()
{
	const struct row row = rows_find(_scene.rows, _key.kind, ROLE_TAKER, _key.row);
	cluster cluster;

	for (size_t from = 0; row_next(&row, &_view, from, MERGE, &cluster);
	     from = cluster.first + cluster.count) {
		const hit *hit = trace_hit(_scene.trace, row.at[cluster.first].hit);
		const int at = _place.left + cluster.pixel;
		const Marked marked = {hit->taker, hit->entry};
		char text[LABEL_MAX];

		label_taker(hit, cluster.count, text);
		label(at, text, palette.taker, marked);
		_shapes->push_front(new Flag(_place, at, palette.taker, 0.5, marked));
		_shapes->push_front(new TakerLine(_place, at, x(hit->entry->ts)));
	}
}

/* The duplicates that are visible, on the row of the command in danger: that may have begun before the view does. */
void RowDrawer::draw_taken()
{
	const struct row row = rows_find(_scene.rows, _key.kind, ROLE_TAKEN, _key.row);
	cluster cluster;

	for (size_t from = 0; row_next(&row, &_view, from, MERGE, &cluster);
	     from = cluster.first + cluster.count) {
		const hit *hit = trace_hit(_scene.trace, row.at[cluster.first].hit);
		char text[LABEL_MAX];

		_shapes->push_front(new TakerLine(_place, x(hit->taker->ts), _place.left + cluster.pixel));
		if (view_shows(&_view, hit->taker->ts))
			continue;
		label_taker(hit, 1, text);
		label(_place.left, text, palette.taker, {hit->taker, hit->entry});
	}
}

/* Whether the duplicate itself belongs on this row. */
bool RowDrawer::is_here(const hit *hit) const
{
	int32_t row;

	return hit_row(hit, _key.kind, ROLE_HIT, &row) && row == _key.row;
}

/* What begins in view while its duplicate is behind it: to the edge. */
void RowDrawer::draw_leaving(role role)
{
	const struct row row = rows_find(_scene.rows, _key.kind, role, _key.row);
	cluster cluster;

	for (size_t from = 0; row_next(&row, &_view, from, MERGE, &cluster);
	     from = cluster.first + cluster.count) {
		const hit *hit = trace_hit(_scene.trace, row.at[cluster.first].hit);

		if (view_shows(&_view, hit->entry->ts))
			continue;
		connect(hit, role);
		if (role == ROLE_COMPLETION && is_here(hit))
			hatch(hit);
	}
}

void RowDrawer::draw()
{
	_redraw->enter(_key, _place);
	draw_hits();
	draw_takers();
	draw_taken();
	draw_leaving(ROLE_SUBMISSION);
	draw_leaving(ROLE_COMPLETION);
}

} // namespace

void draw_handler(struct kshark_cpp_argv *argv, int sd, int val, int draw_action)
{
	KsCppArgV *cpp = KS_ARGV_TO_CPP(argv);
	const scene scene = plugin_scene(sd);
	const row_kind kind = draw_action & KSHARK_TASK_DRAW ? ROW_TASK : ROW_CPU;

	if (!scene.rows || !(draw_action & (KSHARK_TASK_DRAW | KSHARK_CPU_DRAW)) ||
	    cpp->_graph->size() < 1 || cpp->_histo->bin_size < 1)
		return;
	RowDrawer(cpp, scene, {sd, kind, val}).draw();
}
