/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/*
 * One event in words: what happened and by which rule, the header that did it,
 * what both ends remember, and what of that is new.
 */
const Detail = (() => {
	const MICRO = (us) => us ? `${(us / 1000).toFixed(us < 10000 ? 2 : 0)} ms` : "-";
	const PLAIN = (n) => grouped(n);

	/* Name, what it is, how to tell it; numbers count from whose ISN */
	const ROWS = [
		["SND.UNA", "oldest octet not acknowledged", (t, own) => PLAIN(apart(own, t.una))],
		["SND.NXT", "next to be sent", (t, own) => PLAIN(apart(own, t.nxt))],
		["SND.WND", "the peer takes as much from UNA on", (t) => PLAIN(t.wnd)],
		["in flight", "sent, not acknowledged", (t) => PLAIN(apart(t.una, t.nxt))],
		["queued", "not sent yet", (t) => PLAIN(Math.max(signedApart(t.nxt, t.end), 0))],
		["RCV.NXT", "next octet expected", (t, own, peer) =>
			t.rcv_nxt ? PLAIN(apart(peer, t.rcv_nxt)) : "-"],
		["RCV.WND", "promised to the peer", (t) => PLAIN(t.rcv_wnd)],
		["held", "ranges behind a gap", (t) => PLAIN(t.held_count)],
		["cwnd", "congestion window", (t) => PLAIN(t.cwnd)],
		["ssthresh", "slow start ends there", (t) =>
			t.ssthresh >= 0x7fffffff ? "∞" : PLAIN(t.ssthresh)],
		["recovery", "text was lost, and is sent again", (t) => t.recovery ? "yes" : "no"],
		["dup ACKs", "that ask for the same octet", (t) => PLAIN(t.dup_acks)],
		["SRTT", "smoothed round trip", (t) => MICRO(t.srtt)],
		["RTO", "the retransmission timer's time", (t) =>
			MICRO(t.rto * 2 ** t.backoff)],
	];
	const CALLS = {
		"SYN-SENT": "the program called connect()",
		"FIN-WAIT-1": "the program closed: its FIN will follow what is queued",
		"LAST-ACK": "the program closed, too: its FIN will follow",
		"CLOSED": "the connection is gone",
	};

	let conn;

	function showNow(step, box) {
		const { event } = step, who = conn.names[step.side];
		const rule = recording.rules[event.rule];
		const moved = step.moved ? `${step.moved[0]} → ${step.moved[1]}` : null;
		const verb = event.event === "sent" ? "sends" : "gets";

		box.className = `card now from-${step.side ? "right" : "left"}`;
		box.style.setProperty("--who", `var(--${step.side ? "right" : "left"})`);
		box.style.setProperty("--wash", `var(--${step.side ? "right" : "left"}-wash)`);
		if (event.event === "state") {
			const strike = strikeOf(event);
			const told = event.error ? `its program is told ${event.error}` : null;

			box.replaceChildren(
				html("p", { class: "what" }, `${who}: ${moved || event.state}`),
				html("p", { class: "phrase" },
				     [strike && strike[2], told].filter(Boolean).join("; ") ||
				     CALLS[event.state]),
				strike ? html("p", { class: "rule" },
					     html("code", {}, event.rule)) : "");
			return;
		}
		box.replaceChildren(
			html("p", { class: "what" }, `${who} ${verb} ${segmentName(event)}`),
			html("p", { class: "phrase" }, rule[2]),
			html("p", { class: "rule" }, html("code", {}, event.rule),
			     rfcLink(rule[0], rule[1]),
			     moved ? html("span", { class: "muted" }, moved) : null));
	}

	function octets(hex, offset, length) {
		const all = hex.slice(2 * offset, 2 * (offset + length)).match(/../g) || [];

		return all.length > 12 ? `${all.slice(0, 11).join(" ")} …` : all.join(" ");
	}

	function showBytes(step, box) {
		const [sent, got] = recording.arrows[step.arrow];
		const event = recording.events[got >= 0 ? got : sent];
		const fields = recording.headers[step.arrow].slice(0, -1);

		if (!fields.length) {
			box.replaceChildren(html("p", { class: "muted" },
				strikeOf(event) ? `No segment: ${faultText(strikeOf(event))}.` :
						  "No segment: a call, or a timer."));
			return;
		}
		box.replaceChildren(html("table", {},
			html("thead", {}, html("tr", {}, ...["octets", "field", "value", "meaning"]
				.map((name) => html("th", { scope: "col" }, name)))),
			html("tbody", {}, ...fields.map(([offset, length, name, value, meaning, ref]) =>
				html("tr", { title: `${meaning} (${ref})` },
				     html("td", { class: "hex" }, octets(event.header, offset, length)),
				     html("td", {}, name),
				     html("td", { class: "value" }, value),
				     html("td", { class: "muted" }, meaning))))));
	}

	function cell(row, step, side) {
		const tell = (tcb) => tcb ? row[2](tcb, conn.isn[side], conn.isn[1 - side]) : "-";
		const now = tell(step.tcb[side]);
		const was = step.side === side ? tell(step.before) : now;

		return now === was || was === "-" ?
			html("td", { class: now !== was ? "num changed" : "num" }, now) :
			html("td", { class: "num changed" }, now, html("small", {}, `was ${was}`));
	}

	/* Timers as they stood when their end last told of them, run on until now */
	function timers(step, side) {
		const tcb = step.tcb[side], clock = step.clock[side];
		const due = clock ? [[clock.name, clock.due]] :
			Object.entries(tcb ? tcb.timers : {}).map(([name, ms]) =>
				[name, tcb.t + ms * 1e6]);

		return due.map(([name, at]) =>
			html("span", { class: `chip from-${side ? "right" : "left"}` },
			     `${name} in ${Math.max(Math.round((at - step.event.t) / 1e6), 0)} ms`));
	}

	function showTcb(step, box) {
		const chips = [...timers(step, LEFT), ...timers(step, RIGHT)];

		box.replaceChildren(html("table", {},
			html("thead", {}, html("tr", {}, html("td", {}),
				...conn.names.map((name, side) =>
					html("td", { class: `num from-${side ? "right" : "left"}`,
						     style: "color: var(--c)" },
					     step.state[side] || "-")))),
			html("tbody", {}, ...ROWS.map((row) =>
				html("tr", {}, html("th", { scope: "row", title: row[1] }, row[0]),
				     cell(row, step, LEFT), cell(row, step, RIGHT))))));
		if (chips.length)
			box.append(html("div", { class: "chips" }, ...chips));
	}

	return {
		open(connection) {
			conn = connection;
		},
		show(step) {
			showNow(step, document.getElementById("now"));
			showBytes(step, document.getElementById("bytes"));
			showTcb(step, document.getElementById("tcb"));
		},
	};
})();
