/* SPDX-License-Identifier: GPL-2.0 */
"use strict";

/* The controls: which connection, which of its events, and whether it plays. */
(() => {
	const LEAST = 60, MOST = 1200;	/* milliseconds between two steps that play */
	const by = (id) => document.getElementById(id);

	let conn, index = 0, playing = null;

	function show(to) {
		index = Math.min(Math.max(to, 0), conn.steps.length - 1);
		const step = conn.steps[index];

		by("scrub").value = index;
		by("scrub").setAttribute("aria-valuetext", milliseconds(step.event.t - conn.start));
		by("clock").textContent =
			`${milliseconds(step.event.t - conn.start)}  ${index + 1}/${conn.steps.length}`;
		Ladder.show(index);
		States.show(step);
		Windows.show(step);
		Detail.show(step);
	}

	function stop() {
		clearTimeout(playing);
		playing = null;
		by("play").setAttribute("aria-label", "Play");
		by("play").setAttribute("aria-pressed", "false");
	}

	/* As fast as it was, but nobody waits long, and each step can be seen */
	function playOn() {
		if (index + 1 >= conn.steps.length) {
			stop();
			return;
		}
		const wait = (conn.steps[index + 1].event.t - conn.steps[index].event.t) / 1e6;

		playing = setTimeout(() => {
			show(index + 1);
			playOn();
		}, Math.min(Math.max(wait * 8, LEAST), MOST));
	}

	function toggle() {
		if (playing) {
			stop();
			return;
		}
		if (index + 1 >= conn.steps.length)
			show(0);
		by("play").setAttribute("aria-label", "Pause");
		by("play").setAttribute("aria-pressed", "true");
		playOn();
	}

	function step(to) {
		stop();
		show(to);
	}

	function open(number) {
		conn = openConnection(number);
		stop();
		document.title = `Glass: ${conn.names.join(" → ")}`;
		by("left-name").textContent = conn.names[LEFT];
		by("right-name").textContent = conn.names[RIGHT];
		by("scrub").max = conn.steps.length - 1;
		Ladder.open(conn, by("ladder"), step);
		States.open(conn, by("states"));
		Windows.open(conn, by("windows"));
		Detail.open(conn);
		show(0);
	}

	const KEYS = {
		ArrowRight: () => step(index + 1), ArrowDown: () => step(index + 1),
		ArrowLeft: () => step(index - 1), ArrowUp: () => step(index - 1),
		Home: () => step(0), End: () => step(conn.steps.length - 1),
		" ": toggle,
	};

	function pressed(event) {
		const { target, key } = event;

		if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[key])
			return;
		/* what has keys of its own keeps them */
		if (target.matches("select, #scrub") || (key === " " && target.matches("button, a")))
			return;
		event.preventDefault();
		KEYS[key]();
	}

	function theme() {
		const dark = document.documentElement.dataset.theme ?
			document.documentElement.dataset.theme === "dark" :
			matchMedia("(prefers-color-scheme: dark)").matches;

		document.documentElement.dataset.theme = dark ? "light" : "dark";
	}

	function begin() {
		recording.connections.forEach((each, i) => by("conn").append(
			html("option", { value: i + 1 }, `${i + 1}: ${each.left} → ${each.right}`)));
		if (!recording.connections.length) {
			by("now").textContent = "Nothing was recorded.";
			return;
		}
		by("command").textContent = recording.command ? `$ ${recording.command}` : "";
		by("conn").value = recording.connection;
		by("conn").addEventListener("change", () => open(Number(by("conn").value)));
		by("first").addEventListener("click", () => step(0));
		by("back").addEventListener("click", () => step(index - 1));
		by("play").addEventListener("click", toggle);
		by("next").addEventListener("click", () => step(index + 1));
		by("last").addEventListener("click", () => step(conn.steps.length - 1));
		by("scrub").addEventListener("input", () => step(Number(by("scrub").value)));
		by("theme").addEventListener("click", theme);
		document.addEventListener("keydown", pressed);
		addEventListener("resize", () => {
			Ladder.draw();
			show(index);
		});
		open(recording.connection);
	}

	begin();
})();
