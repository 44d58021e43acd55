/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/*
 * What the page knows: the recording, one connection of it, and what was the
 * case after each of its events.
 */
const LEFT = 0, RIGHT = 1;

const recording = JSON.parse(document.getElementById("recording").textContent);

/* An end as the recording's connections have it: [fd00::2]:54001 */
function endText(end) {
	return end[0].includes(":") ? `[${end[0]}]:${end[1]}` : `${end[0]}:${end[1]}`;
}

/* SVG and HTML: element("g", { class: "node" }, child, "text") */
function build(made, attributes, children) {
	for (const [name, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined)
			made.setAttribute(name, value);
	made.append(...children.filter((child) => child !== null));
	return made;
}

function svg(name, attributes, ...children) {
	return build(document.createElementNS("http://www.w3.org/2000/svg", name),
		     attributes, children);
}

function html(name, attributes, ...children) {
	return build(document.createElement(name), attributes, children);
}

function grouped(number) {
	return number.toLocaleString("en");
}

function milliseconds(ns) {
	const ms = ns / 1e6;

	return ms < 10000 ? `${ms.toFixed(3)} ms` : `${(ms / 1000).toFixed(3)} s`;
}

/* Where a rule comes from, for people, and where it can be read */
function rfcLink(rfc, section) {
	if (rfc === "-")
		return null;
	return html("a", {
		href: `https://www.rfc-editor.org/rfc/${rfc}#section-${section}`,
		rel: "noreferrer", target: "_blank",
	}, `RFC ${rfc.slice(3)}, section ${section}`);
}

/* The difference of two sequence numbers, which wrap */
function apart(from, to) {
	return (to - from) >>> 0;
}

function signedApart(from, to) {
	return (to - from) | 0;
}

/* What struck an end, a fault or an ICMP error, as the recording's rules have it, or null */
function strikeOf(event) {
	const rule = event.rule || "";

	return event.event === "state" && (rule.startsWith("FAULT_") || rule === "ICMP_SOFT") ?
		recording.rules[event.rule] : null;
}

/* The phrase of a fault, short */
function faultText(rule) {
	return rule[2].replace("a fault on demand: ", "fault: ");
}

/* Is this change of a state told by no segment? */
function isNews(event, state) {
	if (strikeOf(event) || event.error || (event.was === "CLOSED" && event.state === "SYN-SENT"))
		return true;
	return event.state !== state &&
		["FIN-WAIT-1", "LAST-ACK", "CLOSED"].includes(event.state);
}

/* The steps of a connection: its events by time, each with whose it is */
function findSteps(number, left) {
	const steps = [];

	recording.arrows.forEach(([sent, got, conn], arrow) => {
		if (conn !== number)
			return;
		for (const at of [sent, got]) {
			if (at < 0)
				continue;
			const event = recording.events[at];
			const from = endText(event.from) === left ? LEFT : RIGHT;

			steps.push({
				event, arrow, from, at,
				side: event.event === "got" ? 1 - from : from,
			});
		}
	});
	return steps.sort((a, b) => a.at - b.at);
}

function firstState(steps, side) {
	const first = steps.find((step) => step.side === side &&
				 step.event.state !== "-");

	if (!first)
		return null;
	return first.event.rule === "SEND_SYN" ? "CLOSED" : first.event.was;
}

/* Milliseconds until a SYN/ACK is sent again, of which so many were */
function synackDelay(sent) {
	return Math.min(1000 * 2 ** Math.min(sent - 1, 10), 120000);
}

/*
 * The clock of an end in SYN-RECEIVED or TIME-WAIT, which has no TCB that would
 * tell of it, after an event: its name and when it runs out, or null. A SYN that
 * comes again is answered, but does not begin it anew.
 */
function wind(clock, event, was) {
	if (event.state === "TIME-WAIT") {
		const anew = was !== "TIME-WAIT" ||
			(event.event === "got" && event.rule === "TW_FIN");

		return anew ? { name: "time-wait", due: event.t + 60000e6 } : clock;
	}
	if (event.state === "-")
		return clock;
	if (event.state !== "SYN-RECEIVED" || event.tcb)
		return null;
	if (event.event !== "sent" || !event.flags.includes("SYN"))
		return clock;
	const sent = (clock ? clock.sent : 0) + 1;
	const due = event.rule === "EMBRYO_SYN_AGAIN" && clock ? clock.due :
		event.t + synackDelay(sent) * 1e6;

	return { name: "retransmit", due, sent };
}

/*
 * Gives each step what is the case after it: the states and TCBs of both ends,
 * and the changes that led there. Leaves out steps that tell nothing.
 */
function tellSteps(all) {
	let state = [firstState(all, LEFT), firstState(all, RIGHT)];
	let tcb = [null, null];
	let clock = [null, null];
	let path = [[state[LEFT]], [state[RIGHT]]];
	const steps = [];

	for (const step of all) {
		const { event, side } = step;

		if (event.event === "state" && !isNews(event, state[side]))
			continue;
		step.before = tcb[side];
		clock = clock.slice();
		clock[side] = wind(clock[side], event, state[side]);
		if (event.state !== "-" && event.state !== state[side]) {
			state = state.slice();
			path = path.slice();
			step.moved = [state[side], event.state];
			state[side] = event.state;
			path[side] = path[side].concat(event.state);
		}
		if (event.tcb || event.state === "CLOSED" || event.state === "TIME-WAIT") {
			tcb = tcb.slice();
			tcb[side] = event.tcb ? { ...event.tcb, t: event.t } : null;
		}
		steps.push(Object.assign(step, { state, tcb, clock, path }));
	}
	return steps;
}

function openConnection(number) {
	const conn = recording.connections[number - 1];
	const steps = tellSteps(findSteps(number, conn.left));

	return {
		number, steps, names: [conn.left, conn.right], isn: conn.isn,
		known: conn.known, start: steps.length ? steps[0].event.t : 0,
		ends: [LEFT, RIGHT].map((side) => streamEnd(steps, conn.isn, side)),
	};
}

/* How many numbers an end's stream takes in all: SYN, text, FIN */
function streamEnd(steps, isn, side) {
	let end = 1, fin = null;

	for (const { event, from } of steps) {
		if (event.event === "state" || from !== side)
			continue;
		const start = apart(isn[side], event.seq);
		const syn = event.flags.includes("SYN") ? 1 : 0;
		const text = start + syn + event.len;

		if (start > 0x7fffffff)
			continue;
		end = Math.max(end, text);
		if (event.flags.includes("FIN"))
			fin = text;
	}
	return { end: fin === null ? end : fin + 1, fin };
}

/* What a segment is called: "SYN ACK", "ACK, 1,448 octets" */
function segmentName(event) {
	return event.len ? `${event.flags}, ${grouped(event.len)} octets` : event.flags;
}

const STOPS = ["FAULT_DROP", "FAULT_CORRUPT", "FAULT_DELAY", "FAULT_REORDER",
	       "FAULT_HOLD", "FAULT_FREEZE", "HOPS_FEW", "POLICY_DROP", "BACKLOG_FULL"];

/* What struck the segment of a step when it arrived, or null */
function struckBy(step) {
	const [, got] = recording.arrows[step.arrow];
	const { rule } = got < 0 ? {} : recording.events[got];

	return (rule || "").startsWith("FAULT_") || STOPS.includes(rule) ?
		faultText(recording.rules[rule]) : null;
}

/* What became of the segment of a step: arrived, or why not */
function fate(step) {
	const [, got] = recording.arrows[step.arrow];

	if (got < 0)
		return "not seen to arrive";
	return STOPS.includes(recording.events[got].rule) ? struckBy(step) : null;
}
