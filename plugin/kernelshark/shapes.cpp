// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <KsPluginsGUI.hpp>
#include "plugin.h"
#include "shapes.hpp"

namespace dupcqe {

/* Dark enough for KernelShark's white, light enough for a black one. */
const Palette palette = {
	{220, 20, 40},	 /* hit */
	{30, 90, 230},	 /* submission */
	{0, 140, 70},	 /* completion */
	{235, 120, 0},	 /* taker */
	{255, 250, 235}, /* paper */
};

static const double FAR = std::numeric_limits<double>::max();
static const int NEAR = 5; /* pixels that a click may miss by */

double Shape::distance(int, int) const
{
	return FAR;
}

/* KernelShark may draw anew, and delete this shape, as soon as the first marker is set. */
void Shape::_doubleClick() const
{
	const Marked marked = _marked;
	void *window = plugin_window();

	if (!window || !marked.b)
		return;
	if (!marked.a)
		markEntryA(window, nullptr);
	markEntryB(window, marked.b);
	if (marked.a)
		markEntryA(window, marked.a);
}

int level_submission(const Place &place)
{
	return place.base - place.height * 3 / 4;
}

int level_completion(const Place &place)
{
	return place.base - place.height / 2;
}

static ksplot_color mixed(const ksplot_color &color)
{
	auto half = [] (uint8_t c) { return static_cast<uint8_t>((c + 255) / 2); };

	return {half(color.red), half(color.green), half(color.blue)};
}

static void line(int x0, int y0, int x1, int y1, const ksplot_color &color, float size)
{
	const ksplot_point a = {x0, y0}, b = {x1, y1};

	ksplot_draw_line(&a, &b, &color, size);
}

static void triangle(int x, int y, int half, int height, const ksplot_color &color)
{
	const ksplot_point points[] = {{x - half, y}, {x + half, y}, {x, y + height}};

	ksplot_draw_polygon(points, 3, &color, 1);
}

static void box(int x0, int y0, int x1, int y1, const ksplot_color &color, bool filled)
{
	const ksplot_point points[] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};

	if (filled)
		ksplot_draw_polygon(points, 4, &color, 1);
	else
		ksplot_draw_polygon_contour(points, 4, &color, 1);
}

double Flag::distance(int x, int y) const
{
	const bool inside = y <= _place.base && y >= _place.base - _place.height - NEAR;

	return inside && std::abs(x - _x) <= NEAR ? _behind : FAR;
}

void Flag::_draw(const KsPlot::Color &, float) const
{
	const int top = _place.base - _place.height;

	line(_x, _place.base, _x, top, _ink, 2);
	triangle(_x, top, 5, 9, _ink);
}

/* KernelShark has no font to lend; its text is drawn from a texture, which wants the window's context. */
static const ksplot_font *font()
{
	static ksplot_font loaded;
	static const bool good = ksplot_init_font(&loaded, 13, TT_FONT_FILE);

	return good && loaded.texture_id ? &loaded : nullptr;
}

static float advance(const ksplot_font *font, char c)
{
	return c >= KS_SPACE_CHAR && c <= KS_TILDA_CHAR ? font->cdata[c - KS_SPACE_CHAR].xadvance : 0;
}

static const int MARGIN = 3;

int Label::width(const std::string &text)
{
	float sum = 0;

	if (!font())
		return 0;
	for (char c: text)
		sum += advance(font(), c);
	return static_cast<int>(std::ceil(sum)) + 2 * MARGIN;
}

int Label::height()
{
	return font() ? font()->height : 0;
}

double Label::distance(int x, int y) const
{
	const bool inside = x >= _x && x <= _x + width(_text) && y <= _y && y >= _y - height();

	return inside ? 0 : FAR;
}

void Label::_draw(const KsPlot::Color &, float) const
{
	const int right = _x + width(_text), top = _y - height();

	if (!font())
		return;
	box(_x, _y, right, top, palette.paper, true);
	box(_x, _y, right, top, _ink, false);
	ksplot_print_text(font(), &_ink, _x + MARGIN, _y - font()->base, _text.c_str());
}

/* Of a point to the stretch from a to b. */
static double to_stretch(const ksplot_point &a, const ksplot_point &b, int x, int y)
{
	const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
	double along = length > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length : 0;

	along = std::min(1., std::max(0., along));
	return std::hypot(x - a.x - along * dx, y - a.y - along * dy);
}

double LinkLine::distance(int x, int y) const
{
	const double distance = to_stretch(_from, _to, x, y);

	/* where both are as near, the mark is meant */
	return distance <= NEAR ? distance + 1 : FAR;
}

void LinkLine::_draw(const KsPlot::Color &, float) const
{
	ksplot_draw_line(&_from, &_to, &_ink, 1.5);
	if (_begins)
		box(_from.x - 2, _from.y - 2, _from.x + 2, _from.y + 2, _ink, true);
}

void Hatched::_draw(const KsPlot::Color &, float) const
{
	const int low = _place.base - _place.height / 16, high = level_completion(_place) + 4;
	const int step = 6, slant = low - high;

	line(_from, low, _to, low, palette.hit, 1);
	line(_from, high, _to, high, palette.hit, 1);
	for (int x = _from; x < _to; x += step) {
		const int end = std::min(x + slant, _to);

		line(x, low, end, low - (end - x), mixed(palette.hit), 1);
	}
}

void TakerLine::_draw(const KsPlot::Color &, float) const
{
	const int level = level_submission(_place);

	line(_from, level, _to, level, palette.taker, 3);
}

} // namespace dupcqe
