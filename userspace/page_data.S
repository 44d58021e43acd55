/* SPDX-License-Identifier: GPL-2.0 */
/* The page's files, for page.c, as they are; each ends with a zero octet. */
	.section .rodata

	.macro file name, path
	.global \name
\name:
	.incbin "\path"
	.byte 0
	.endm

	file page_head, "page/head.html"
	file page_css, "page/page.css"
	file page_drawing, "page/drawing.css"
	file page_body, "page/body.html"
	file page_model, "page/model.js"
	file page_ladder, "page/ladder.js"
	file page_states, "page/states.js"
	file page_windows, "page/windows.js"
	file page_detail, "page/detail.js"
	file page_main, "page/main.js"

	.section .note.GNU-stack, "", %progbits
