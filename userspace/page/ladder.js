/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/*
 * The ladder: a rail for each end, a slot for each event, an arrow for each
 * segment from the slot where it was sent to that where it arrived. Slots keep
 * the order of events, not their distance; long waits are written between them.
 */
const Ladder = (() => {
	const SLOT = 25, TOP = 22, PAUSE = 100e6;

	let conn, box, pick, drawn, slots, marks, band, stepsOf;

	function margins(width) {
		return width < 480 ? 90 : 116;
	}

	/* Room for a line of words wherever nothing happened for long */
	function placeSlots() {
		let y = TOP, before = conn.start;

		slots = conn.steps.map((step) => {
			const wait = step.event.t - before;

			before = step.event.t;
			if (wait > PAUSE)
				y += SLOT * 0.9;
			const slot = { y, wait: wait > PAUSE ? wait : 0 };

			y += SLOT;
			return slot;
		});
		return y + 8;
	}

	/* The steps of each arrow: where it was sent, where it arrived */
	function findArrows() {
		stepsOf = new Map();
		conn.steps.forEach((step, index) => {
			if (!stepsOf.has(step.arrow))
				stepsOf.set(step.arrow, []);
			stepsOf.get(step.arrow).push([step, index]);
		});
	}

	function railX(side, width) {
		return side === LEFT ? margins(width) : width - margins(width);
	}

	function head(x, y, angle) {
		return svg("path", {
			class: "tip", d: "M0 0L-10 -4.5L-10 4.5Z",
			transform: `translate(${x} ${y}) rotate(${angle})`,
		});
	}

	function cross(x, y) {
		return svg("path", {
			class: "cross",
			d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`,
		});
	}

	/* "ACK 4,345 sack", "text 4,345 (1,448)", "FIN text 18,825 (1,176)" */
	function label(step) {
		const { event, from, arrow } = step;
		const number = (n, side) => conn.known[side] ?
			grouped(apart(conn.isn[side], n)) : n;
		const sack = recording.headers[arrow].some((field) => field[2] === "SACK");

		if (event.len) {
			const flags = event.flags.replace(/ ?(ACK|PSH)/g, "");

			return `${flags} text ${number(event.seq, from)} (${grouped(event.len)})`.trim();
		}
		if (event.flags.includes("SYN") || !event.flags.includes("ACK"))
			return event.flags;
		return `${event.flags} ${number(event.ack, 1 - from)}${sack ? " sack" : ""}`;
	}

	/* The words along an arrow, from its tail on */
	function along(step, a, b) {
		const { from } = step;
		const angle = Math.atan2(b.y - a.y, b.x - a.x) * 180 / Math.PI;
		const turned = from === LEFT ? angle : angle + 180;

		return svg("text", {
			class: "label", x: from === LEFT ? 16 : -16, y: -4,
			"text-anchor": from === LEFT ? "start" : "end",
			transform: `translate(${a.x} ${a.y}) rotate(${turned})`,
		}, label(step));
	}

	function drawArrow(arrow, width) {
		const at = stepsOf.get(arrow);
		const sent = at.find(([step]) => step.event.event === "sent");
		const got = at.find(([step]) => step.event.event === "got");
		const [step, index] = sent || got;
		const { from } = step, trouble = fate(step);
		const a = { x: railX(from, width),
			    y: slots[sent ? sent[1] : got[1]].y };
		const b = { x: railX(1 - from, width),
			    y: slots[got ? got[1] : sent[1]].y + (got ? 0 : SLOT * 0.6) };
		const group = svg("g", {
			class: `ev from-${from ? "right" : "left"}`, "data-arrow": arrow,
		});
		const words = trouble || struckBy(step);
		const reach = !got ? 0.62 : trouble ? 0.93 : 1;
		const start = sent ? 0 : 0.7;	/* out of nowhere */
		const point = (part) => ({ x: a.x + (b.x - a.x) * part,
					   y: a.y + (b.y - a.y) * part });
		const p = point(start), q = point(reach);
		const line = { x1: p.x, y1: p.y, x2: q.x, y2: q.y };

		group.append(svg("line", { class: "hit", ...line }),
			     svg("line", { class: "shaft", ...line }));
		if (sent)
			group.append(svg("circle", { class: "dot", cx: a.x, cy: a.y, r: 3.5 }));
		if (trouble) {
			group.classList.add("lost");
			group.append(cross(q.x, q.y));
		} else {
			group.append(head(b.x, b.y,
				Math.atan2(b.y - a.y, b.x - a.x) * 180 / Math.PI));
		}
		if (words)
			group.append(svg("text", {
				class: "why", x: q.x + (from ? 12 : -12), y: q.y + 16,
				"text-anchor": from ? "start" : "end",
			}, words));
		group.append(along(step, p, b));
		group.addEventListener("click", () => pick((got || sent)[1]));
		marks.push({ group, first: index, last: (got || sent)[1] });
		return group;
	}

	/* What a change of a state is called that no segment made */
	function call(event) {
		if (strikeOf(event))
			return faultText(strikeOf(event));
		if (event.error)
			return event.error;
		if (event.state === "SYN-SENT")
			return "connect()";
		return event.state === "CLOSED" ? "closed" : "close()";
	}

	function drawChange(index, width) {
		const { event, side } = conn.steps[index], x = railX(side, width);
		const { y } = slots[index], inward = side === LEFT ? 1 : -1;
		const group = svg("g", {
			class: `ev from-${side ? "right" : "left"}${strikeOf(event) ? " lost" : ""}`,
		},
			svg("path", { class: "tip", d: `M${x} ${y - 6}l6 6l-6 6l-6 -6Z` }),
			svg("text", {
				class: "label", x: x + inward * 12, y: y + 4,
				"text-anchor": side === LEFT ? "start" : "end",
			}, call(event)));

		group.addEventListener("click", () => pick(index));
		marks.push({ group, first: index, last: index });
		return group;
	}

	/* Beside the rails: when, and what state follows */
	function drawMargin(index, width) {
		const step = conn.steps[index], { y, wait } = slots[index];
		const outward = step.side === LEFT ? -1 : 1;
		const x = railX(step.side, width) + outward * 10;
		const anchor = step.side === LEFT ? "end" : "start";
		const group = svg("g", { class: `ev from-${step.side ? "right" : "left"}` });

		group.append(svg("text", {
			class: "time", x, y: y + (step.moved ? -3 : 4), "text-anchor": anchor,
		}, ((step.event.t - conn.start) / 1e6).toFixed(3)));
		if (step.moved)
			group.append(svg("text", {
				class: "state", x, y: y + 9, "text-anchor": anchor,
			}, step.moved[1]));
		group.addEventListener("click", () => pick(index));
		marks.push({ group, first: index, last: index });
		if (!wait)
			return [group];
		return [group, svg("text", {
			class: "time", x: width / 2, y: y - SLOT * 0.85, "text-anchor": "middle",
		}, `${milliseconds(wait)} later`)];
	}

	function draw() {
		const width = Math.max(box.clientWidth, 280), height = placeSlots();
		const seen = new Set();

		marks = [];
		band = svg("rect", { class: "band", x: 0, width, height: SLOT, rx: 4 });
		drawn = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` },
			    band,
			    ...[LEFT, RIGHT].map((side) => svg("line", {
				    class: "rail", x1: railX(side, width), y1: 6,
				    x2: railX(side, width), y2: height - 4,
			    })));
		conn.steps.forEach((step, index) => {
			drawn.append(...drawMargin(index, width));
			if (step.event.event === "state")
				drawn.append(drawChange(index, width));
			else if (!seen.has(step.arrow))
				drawn.append(drawArrow(step.arrow, width));
			seen.add(step.arrow);
		});
		box.replaceChildren(drawn);
	}

	function show(index) {
		const { y } = slots[index];

		band.setAttribute("y", y - SLOT / 2);
		for (const mark of marks) {
			mark.group.classList.toggle("future", mark.first > index);
			mark.group.classList.toggle("current",
				mark.first === index || mark.last === index);
		}
		if (y < box.scrollTop + 2 * SLOT ||
		    y > box.scrollTop + box.clientHeight - 2 * SLOT)
			box.scrollTop = y - box.clientHeight / 2;
	}

	return {
		open(connection, container, onPick) {
			conn = connection;
			box = container;
			pick = onPick;
			box.scrollTop = 0;
			findArrows();
			draw();
		},
		draw, show,
	};
})();
