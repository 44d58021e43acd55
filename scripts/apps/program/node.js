// SPDX-License-Identifier: GPL-2.0
// node's http, a server and a client that keeps its connections:
//	node.js serve PORT
//	node.js use PORT ANSWERS
// What is posted comes back in pieces; ANSWERS has a digest of each answer.
'use strict';
const http = require('http');
const fs = require('fs');
const { createHash } = require('crypto');
const [what, port, path] = process.argv.slice(2);
const REQUESTS = 60;
const OCTETS = 40000;

function serve() {
	http.createServer((request, response) => {
		response.setHeader('X-Family', request.socket.remoteFamily);
		request.pipe(response);
	}).listen(Number(port));
}

function post(agent, number) {
	const host = number % 2 ? '::1' : '127.0.0.1';
	const body = Buffer.alloc(OCTETS, `request ${number} `);

	return new Promise((resolve, reject) => {
		const request = http.request({ host, port, agent, method: 'POST' }, (response) => {
			const pieces = [];

			response.on('data', (piece) => pieces.push(piece));
			response.on('error', reject);
			response.on('end', () => {
				const got = Buffer.concat(pieces);

				if (!got.equals(body))
					reject(new Error(`request ${number}: another answer`));
				resolve(`${number} ${got.length} ` +
					`${createHash('sha256').update(got).digest('hex')}\n`);
			});
		});

		request.on('error', reject);
		request.end(body);
	});
}

async function use() {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
	const answers = await Promise.all(
		Array.from({ length: REQUESTS }, (_, number) => post(agent, number)));

	agent.destroy();
	fs.writeFileSync(path, answers.join(''));
}

if (what === 'serve')
	serve();
else
	use();
