#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The documentation as one PDF, printed by headless Chromium: pages have their
numbers, the contents say on which page a chapter begins.

	pdf.py SINGLE.html FILE.pdf

Chromium numbers pages, but tells no element which is its own. So it prints
twice: the first PDF knows where each heading went, and the numbers that then
stand in the contents move nothing. What would be cut off at the right edge is
a warning.
"""
import base64
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "userspace/page"))

from chromium import browser  # noqa: E402 pylint: disable=wrong-import-position

WIDTH = 680     # of A4 without its margins, in CSS' pixels

# Chapters, their sections, and what is a page of its own below them
CONTENTS = """(() => {
    const body = document.querySelector("div.body");
    const nav = document.createElement("nav");
    nav.id = "contents";
    nav.innerHTML = "<p class='topic-title'>Contents</p><ul></ul>";
    let n = 0;
    for (const h of body.querySelectorAll("h2, h3, h4")) {
        const before = h.parentElement.previousElementSibling;
        const page = before && before.id.startsWith("document-");
        if (h.tagName === "H4" && !page)
            continue;
        if (h.tagName === "H2")
            h.parentElement.classList.add("chapter");
        h.id = "contents-" + ++n;
        const item = document.createElement("li");
        item.style.marginLeft = 1.5 * (h.tagName[1] - 2) + "em";
        const link = document.createElement("a");
        link.href = "#" + h.id;
        for (const part of h.childNodes)
            if (!part.classList || !part.classList.contains("headerlink"))
                link.append(part.cloneNode(true).textContent);
        const number = document.createElement("span");
        number.className = "number";
        number.textContent = "000";
        item.append(link, number);
        nav.querySelector("ul").append(item);
    }
    body.querySelector(".toctree-wrapper").before(nav);
    return n;
})()"""

NUMBERS = """((pages) => {
    for (const item of document.querySelectorAll("#contents li"))
        item.querySelector(".number").textContent =
            pages[item.querySelector("a").hash.slice(1)] || "?";
})(arguments[0])"""

CUT = """(() => {
    const edge = document.querySelector("div.body").getBoundingClientRect().right + 1;
    return [...document.querySelectorAll("div.body *")]
        .filter(e => e.getBoundingClientRect().right > edge && !e.firstElementChild)
        .map(e => e.textContent.trim().slice(0, 60));
})()"""

FOOTER = "<div style='font-size: 8pt; width: 100%; text-align: center'>" \
    "<span class='pageNumber'></span></div>"


def print_pdf(driver, path):
    made = driver.execute_cdp_cmd("Page.printToPDF", {
        "preferCSSPageSize": True, "displayHeaderFooter": True, "headerTemplate": "<div></div>",
        "footerTemplate": FOOTER, "generateTaggedPDF": True, "generateDocumentOutline": True})
    with open(path, "wb") as file:
        file.write(base64.b64decode(made["data"]))


def page_of_each(path):
    """Where the contents' links lead"""
    told = subprocess.run(["pdfinfo", "-dests", path], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    return dict((name, int(page)) for page, name in
                re.findall(r'^\s*(\d+) \[.*\] "(contents-\d+)"', told, re.M))


def sheets(path):
    told = subprocess.run(["pdfinfo", path], text=True, check=True, stdout=subprocess.PIPE).stdout
    return int(re.search(r"^Pages: +(\d+)", told, re.M)[1])


def main():
    source, target = map(os.path.abspath, sys.argv[1:])
    driver = browser()
    try:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": WIDTH, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        driver.get("file://" + source)
        count = driver.execute_script("return " + CONTENTS)
        warnings = [f"glass.pdf: cut off at the right: {text}"
                    for text in driver.execute_script("return " + CUT)]
        print_pdf(driver, target)
        pages = page_of_each(target)
        driver.execute_script(NUMBERS, pages)
        print_pdf(driver, target)
        if page_of_each(target) != pages or len(pages) != count:
            warnings.append("glass.pdf: the contents do not say where chapters are")
    finally:
        driver.quit()
    for warning in warnings:
        print(f"warning: {warning}")
    print(f"{os.path.relpath(target, TOP)}: {sheets(target)} sheets")
    return 1 if warnings else 0


if __name__ == "__main__":
    sys.exit(main())
