/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/*
 * Sequence space, a ruler for each direction: on one line what the sender's
 * TCB says of it, on the other the receiver's. SYN and FIN take a number each
 * and have cells of their own; text has a cell for each octet, or a scale.
 */
const Windows = (() => {
	const CELL = 34, HIGH = 22, NAME = 66, FEW = 24;

	let conn, box;

	/* From numbers counted from the ISN to places on the ruler */
	function scale(side, width) {
		const { end, fin } = conn.ends[side];
		const text = (fin === null ? end : fin) - 1;	/* octets of text */
		const room = Math.max(text + (fin === null ? Math.max(4, text * 0.15) : 0), 1);
		const left = NAME + CELL, right = width - (fin === null ? 0 : CELL) - 2;
		const x = (n) => {
			if (n <= 0)
				return NAME;
			if (fin !== null && n > fin)
				return n > fin + 1 ? width - 1 : right + CELL;
			return left + Math.min(Math.max(n - 1, 0) / room, 1) * (right - left);
		};

		return { x, fin, text, room, cells: text > 0 && text <= FEW, left, right };
	}

	function piece(s, kind, from, to, y) {
		const x1 = s.x(from), x2 = s.x(to);

		if (to <= from || x2 <= x1)
			return null;
		return svg("rect", { class: kind, x: x1, y, width: x2 - x1, height: HIGH });
	}

	function cells(s, y) {
		const name = (from, to, text) => [
			svg("rect", { class: "cell", x: s.x(from), y,
				      width: s.x(to) - s.x(from), height: HIGH }),
			text && svg("text", { class: "cell-name", y: y + HIGH / 2 + 3.5,
					      x: (s.x(from) + s.x(to)) / 2 }, text),
		];
		const made = name(0, 1, "SYN");

		made.push(svg("rect", { class: "cell", x: s.left, y, height: HIGH,
					width: s.right - s.left }));
		if (s.cells)
			for (let n = 1; n <= s.text; n++)
				made.push(...name(n, n + 1, n));
		if (s.fin !== null)
			made.push(...name(s.fin, s.fin + 1, "FIN"));
		return made.filter(Boolean);
	}

	function held(id) {
		return svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse",
					patternTransform: "rotate(45)" },
			   svg("rect", { width: 3, height: 6, class: "b-flight" }));
	}

	function sender(s, tcb, isn, y) {
		const una = apart(isn, tcb.una), nxt = apart(isn, tcb.nxt);
		const end = apart(isn, tcb.end);

		return [
			piece(s, "b-done", 0, una, y),
			piece(s, "b-flight", una, nxt, y),
			piece(s, "b-queue", nxt, end, y),
			tcb.wnd ? piece(s, "b-window", una, una + tcb.wnd, y - 3) : null,
		];
	}

	function receiver(s, tcb, isn, y, pattern) {
		const nxt = apart(isn, tcb.rcv_nxt);
		const edge = apart(isn, tcb.rcv_acked) + tcb.rcv_wnd;
		const made = [
			piece(s, "b-done", 0, nxt, y),
			piece(s, "b-window", nxt, edge, y - 3),
		];

		for (const [from, to] of tcb.held) {
			const part = piece(s, "", apart(isn, from), apart(isn, to), y);

			if (part)
				part.setAttribute("fill", `url(#${pattern})`);
			made.push(part);
		}
		return made;
	}

	function variables(tcb, isn, of) {
		const n = (value) => html("b", {}, grouped(apart(isn, value)));
		const row = (...pairs) => html("p", { class: "vars" },
			...pairs.map(([name, value]) => html("span", {}, `${name} `, value)));

		if (of === "sender")
			return row(["SND.UNA", n(tcb.una)], ["SND.NXT", n(tcb.nxt)],
				   ["SND.WND", html("b", {}, grouped(tcb.wnd))]);
		return row(["RCV.NXT", n(tcb.rcv_nxt)],
			   ["RCV.WND", html("b", {}, grouped(tcb.rcv_wnd))]);
	}

	function without(state) {
		if (state === "LISTEN" || state === "SYN-RECEIVED")
			return "no TCB yet: the listener keeps a small record";
		if (state === "TIME-WAIT")
			return "no TCB any more: a small record waits";
		return state === "CLOSED" ? "no TCB" : "nothing is known";
	}

	function line(s, name, y, shown, width) {
		return [svg("text", { class: "bar-name", x: 0, y: y + HIGH / 2 + 4 }, name),
			...shown.filter(Boolean), ...cells(s, y)];
	}

	function flow(side, step, width) {
		const s = scale(side, width), isn = conn.isn[side];
		const out = step.tcb[side], into = step.tcb[1 - side];
		const pattern = `held-${side}`;
		/* before its SYN came it counts from nothing */
		const heard = into && into.rcv_nxt && signedApart(isn, into.rcv_nxt) >= 0 ?
			into : null;
		const box_ = html("div", { class: `flow from-${side ? "right" : "left"}` });

		box_.append(html("p", { class: "caption" },
				 `${conn.names[side]} → ${conn.names[1 - side]}`),
			svg("svg", { height: 2 * HIGH + 22, viewBox: `0 -4 ${width} ${2 * HIGH + 22}`,
				     role: "img", "aria-label": "sequence space" },
			    svg("defs", {}, held(pattern)),
			    ...line(s, "sender", 2, out ? sender(s, out, isn, 2) : [], width),
			    ...line(s, "receiver", HIGH + 14, heard ?
				    receiver(s, heard, isn, HIGH + 14, pattern) : [], width)));
		box_.append(out ? variables(out, isn, "sender") :
			    html("p", { class: "vars" }, `sender: ${without(step.state[side])}`));
		box_.append(heard ? variables(heard, isn, "receiver") :
			    html("p", { class: "vars" }, into ? "receiver: waits for the SYN" :
				 `receiver: ${without(step.state[1 - side])}`));
		return box_;
	}

	return {
		open(connection, container) {
			conn = connection;
			box = container;
		},
		show(step) {
			const width = Math.max(box.clientWidth, 240);

			box.replaceChildren(flow(LEFT, step, width), flow(RIGHT, step, width));
		},
	};
})();
