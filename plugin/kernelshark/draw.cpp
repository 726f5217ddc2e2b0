// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the shapes stand. KernelShark calls for one row after the other, with one list of shapes for all rows of a
 * redraw. A line from one row to another can be made when the second of the two has come: until then it waits in the
 * Redraw, which is itself a shape of that list, an invisible one: so it ends when KernelShark drops the list.
 */
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
	bool place(const Waiting &line);

	KsPlot::PlotObjList *_shapes;
	std::map<RowKey, Place> _places;
	std::vector<Waiting> _waiting;
	static Redraw *_current;
};

Redraw *Redraw::_current;

/* Makes the line; false if one of its rows is not there yet. */
bool Redraw::place(const Waiting &line)
{
	const auto from = _places.find(line.from.row), to = _places.find(line.to.row);
	const bool submission = line.from_role == ROLE_SUBMISSION;
	const auto level = submission ? level_submission : level_completion;

	if (from == _places.end() || to == _places.end())
		return false;
	if (from == to && std::abs(line.to.x - line.from.x) < SHORT)
		return true;
	_shapes->push_front(new LinkLine({line.from.x, level(from->second)},
					 {line.to.x, level(to->second)},
					 submission ? palette.submission : palette.completion,
					 line.marked));
	return true;
}

void Redraw::connect(const Waiting &line)
{
	if (!place(line))
		_waiting.push_back(line);
}

void Redraw::enter(const RowKey &row, const Place &at)
{
	std::vector<Waiting> left;

	_places[row] = at;
	for (const auto &line: _waiting)
		if (!place(line))
			left.push_back(line);
	_waiting.swap(left);
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
	void draw_leaving(role role);
	void draw_hit(const struct row &row, const cluster &cluster);
	void draw_links(const hit *hit);
	void hatch(const hit *hit);
	void connect(const hit *hit, role from);
	void label(int x, const char *text, const ksplot_color &ink, Marked marked);
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

/* Never outside the picture: moved to the left, or cut where the whole graph is too narrow. Never over another one. */
void RowDrawer::label(int x, const char *text, const ksplot_color &ink, Marked marked)
{
	const int room = _place.right - _place.left;
	std::string cut(text);

	while (!cut.empty() && Label::width(cut) > room)
		cut.pop_back();
	const int width = Label::width(cut);
	const int left = std::max(_place.left, std::min(x, _place.right - width));

	if (cut.empty() || !width || occupied(left, left + width))
		return;
	_labels.emplace_back(left, left + width);
	_shapes->push_front(new Label(left, _place.base - _place.height - GAP, cut, ink, marked));
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

void RowDrawer::draw_hit(const struct row &row, const cluster &cluster)
{
	const hit *hit = trace_hit(_scene.trace, row.at[cluster.first].hit);
	const int at = _place.left + cluster.pixel;
	const Marked marked = {hit->completion, hit->entry};
	char text[LABEL_MAX];

	if (cluster.count > 1)
		label_count(cluster.count, text);
	else
		label_hit(hit, _scene.trace, text);
	/* what comes first in the list is drawn first */
	label(at, text, palette.hit, marked);
	_shapes->push_front(new HitMark(_place, at, marked));
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

		label_taker(hit, text);
		label(at, text, palette.taker, marked);
		_shapes->push_front(new TakerMark(_place, at, x(hit->entry->ts), marked));
	}
}

/* Lines whose beginning is visible while their duplicate is not: to the edge. */
void RowDrawer::draw_leaving(role role)
{
	const struct row row = rows_find(_scene.rows, _key.kind, role, _key.row);
	cluster cluster;

	for (size_t from = 0; row_next(&row, &_view, from, MERGE, &cluster);
	     from = cluster.first + cluster.count) {
		const hit *hit = trace_hit(_scene.trace, row.at[cluster.first].hit);

		if (!view_shows(&_view, hit->entry->ts))
			connect(hit, role);
	}
}

void RowDrawer::draw()
{
	_redraw->enter(_key, _place);
	draw_hits();
	draw_takers();
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
