/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shapes: each knows where it stands in the picture and what a double click on it does. KernelShark owns them: it draws
 * and deletes them at the next redraw.
 */
#ifndef KSHARK_SHAPES_HPP
#define KSHARK_SHAPES_HPP

#include <string>
#include <KsPlotTools.hpp>
#include "rows.h"

namespace dupcqe {

/* The pixel columns that belong to time, and the base line of a row (y grows downwards). */
struct Place {
	int left, right; /* of the graph, both included */
	int base, height;
};

/* Entries that a double click marks. Without a, marker A is taken away: a distance to where it was before means nothing. */
struct Marked {
	const kshark_entry *a, *b; /* b is NULL: nothing happens */
};

struct Palette {
	ksplot_color hit, submission, completion, taker, paper;
};

extern const Palette palette;

class Shape : public KsPlot::PlotObject {
public:
	explicit Shape(Marked marked = {nullptr, nullptr}) : _marked(marked) {}
	/* Not near enough, whatever the distance. */
	double distance(int x, int y) const override;

private:
	void _doubleClick() const override;
	Marked _marked;
};

/* A line as high as the row, with a head: a duplicate, or where the command was submitted that has the tag now. */
class Flag : public Shape {
public:
	/* behind: of two flags in one place the one with less is meant by a click */
	Flag(const Place &place, int x, const ksplot_color &color, double behind, Marked marked)
	: Shape(marked), _place(place), _x(x), _ink(color), _behind(behind) {}
	double distance(int x, int y) const override;

private:
	void _draw(const KsPlot::Color &color, float size) const override;
	Place _place;
	int _x;
	ksplot_color _ink;
	double _behind;
};

/* A text on paper of its own, so that it can be read on any background. */
class Label : public Shape {
public:
	Label(int x, int y, const std::string &text, const ksplot_color &ink, Marked marked)
	: Shape(marked), _x(x), _y(y), _text(text), _ink(ink) {}
	double distance(int x, int y) const override;

	/* Pixels; 0 if there is no font, then there are no labels. */
	static int width(const std::string &text);
	static int height();

private:
	void _draw(const KsPlot::Color &color, float size) const override;
	int _x, _y; /* left and lower edge */
	std::string _text;
	ksplot_color _ink;
};

/* From a command's submission, or its first completion, to the duplicate. */
class LinkLine : public Shape {
public:
	/* begins: what it comes from is in view, not left of it */
	LinkLine(ksplot_point from, ksplot_point to, bool begins, const ksplot_color &color, Marked marked)
	: Shape(marked), _from(from), _to(to), _begins(begins), _ink(color) {}
	double distance(int x, int y) const override;

private:
	void _draw(const KsPlot::Color &color, float size) const override;
	ksplot_point _from, _to;
	bool _begins;
	ksplot_color _ink;
};

/* The time between the first completion and the duplicate. */
class Hatched : public Shape {
public:
	Hatched(const Place &place, int from, int to) : _place(place), _from(from), _to(to) {}

private:
	void _draw(const KsPlot::Color &color, float size) const override;
	Place _place;
	int _from, _to;
};

/* The command that has the tag now was still under way at the duplicate. */
class TakerLine : public Shape {
public:
	TakerLine(const Place &place, int from, int to) : _place(place), _from(from), _to(to) {}

private:
	void _draw(const KsPlot::Color &color, float size) const override;
	Place _place;
	int _from, _to;
};

/* Levels of a row at which lines begin and end. */
int level_submission(const Place &place);
int level_completion(const Place &place);

} // namespace dupcqe

#endif
