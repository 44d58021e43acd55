/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/*
 * The state diagram of rfc9293#section-3.3.2 for each end: the state that it is
 * in is lit, the way there is drawn thick. A change that is not in the diagram,
 * as by a RST, is drawn too.
 */
const States = (() => {
	const WIDE = 108, HIGH = 30;
	const NODES = {
		"CLOSED": [178, 20], "LISTEN": [92, 72], "SYN-SENT": [264, 122],
		"SYN-RECEIVED": [92, 122], "ESTABLISHED": [178, 176],
		"FIN-WAIT-1": [92, 230], "CLOSE-WAIT": [292, 230],
		"FIN-WAIT-2": [62, 284], "CLOSING": [177, 284], "LAST-ACK": [292, 284],
		"TIME-WAIT": [92, 338],
	};
	const EDGES = [
		"CLOSED>LISTEN", "CLOSED>SYN-SENT", "LISTEN>SYN-RECEIVED",
		"SYN-SENT>SYN-RECEIVED", "SYN-SENT>ESTABLISHED",
		"SYN-RECEIVED>ESTABLISHED", "SYN-RECEIVED>FIN-WAIT-1",
		"ESTABLISHED>FIN-WAIT-1", "ESTABLISHED>CLOSE-WAIT",
		"FIN-WAIT-1>FIN-WAIT-2", "FIN-WAIT-1>CLOSING",
		"FIN-WAIT-2>TIME-WAIT", "CLOSING>TIME-WAIT", "CLOSE-WAIT>LAST-ACK",
		"LAST-ACK>CLOSED", "TIME-WAIT>CLOSED",
	];
	/* Those that go round the others */
	const LANES = {
		"LAST-ACK>CLOSED": "M346 278H354V20H232",
		"TIME-WAIT>CLOSED": "M38 338H2V20H124",
		"SYN-RECEIVED>FIN-WAIT-1": "M60 137V215",
	};
	let diagrams;

	/* From edge to edge of two boxes */
	function route(from, to) {
		const [ax, ay] = NODES[from], [bx, by] = NODES[to];
		const dx = bx - ax, dy = by - ay;
		const clip = (x, y, sx, sy) => {
			const scale = Math.min((WIDE / 2 + 1) / Math.abs(sx || 1e-9),
					       (HIGH / 2 + 1) / Math.abs(sy || 1e-9));

			return [x + sx * scale, y + sy * scale];
		};
		const [x1, y1] = clip(ax, ay, dx, dy), [x2, y2] = clip(bx, by, -dx, -dy);

		return `M${x1} ${y1}L${x2} ${y2}`;
	}

	function arrowHead(id) {
		return svg("marker", {
			id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8,
			markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse",
		}, svg("path", { d: "M0 0L8 4L0 8Z", fill: "context-stroke" }));
	}

	function edge(name, side, wild) {
		const [from, to] = name.split(">");

		return svg("path", {
			class: wild ? "edge wild" : "edge", d: LANES[name] || route(from, to),
			"marker-end": `url(#head-${side})`,
		});
	}

	function node(name) {
		const [x, y] = NODES[name];

		return svg("g", { class: "node", transform: `translate(${x} ${y})` },
			   svg("rect", { x: -WIDE / 2, y: -HIGH / 2, width: WIDE,
					 height: HIGH, rx: 7 }),
			   svg("text", { y: 4.5 }, name));
	}

	function diagram(side, name) {
		const nodes = {}, edges = {};
		const picture = svg("svg", { viewBox: "-2 0 364 358", role: "img" },
				    svg("defs", {}, arrowHead(`head-${side}`)));

		for (const each of EDGES)
			picture.append(edges[each] = edge(each, side, false));
		for (const each of Object.keys(NODES))
			picture.append(nodes[each] = node(each));
		return {
			nodes, edges, picture, wild: null,
			box: html("div", { class: side ? "from-right" : "from-left" },
				  html("p", { class: "caption" }, name), picture),
		};
	}

	function showOne(d, side, step) {
		const path = step.path[side].filter((state) => NODES[state]);
		const walked = new Set(path.slice(1).map((to, i) => `${path[i]}>${to}`));
		const fresh = step.moved && step.side === side ? step.moved.join(">") : "";
		const now = path[path.length - 1];

		for (const [name, each] of Object.entries(d.nodes)) {
			each.classList.toggle("walked", path.includes(name));
			each.classList.toggle("lit", name === now);
		}
		for (const [name, each] of Object.entries(d.edges)) {
			each.classList.toggle("walked", walked.has(name));
			each.classList.toggle("fresh", name === fresh);
		}
		if (d.wild)
			d.wild.remove();
		d.wild = null;
		for (const name of walked)
			if (!d.edges[name]) {
				d.wild = edge(name, side, true);
				d.picture.append(d.wild);
			}
		d.picture.setAttribute("aria-label", now ? `in ${now}, by way of ${path.join(", ")}` :
				       "nothing is known of this end");
	}

	return {
		open(conn, container) {
			diagrams = [LEFT, RIGHT].map((side) => diagram(side, conn.names[side]));
			container.replaceChildren(...diagrams.map((d) => d.box));
		},
		show(step) {
			diagrams.forEach((d, side) => showOne(d, side, step));
		},
	};
})();
