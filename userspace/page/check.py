#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Uses the pages of recordings as a reader does, in headless Chromium: by
clicks, by keys, on a desk and on a phone, in light and in dark. TAP.

    check.py HANDSHAKE.html LOSSY.html ENDS.html FAULTS.html DIR

Pictures of the first two at both widths go to DIR."""
import json
import sys
import time

from chromium import WIDTHS, Page, browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CONTRAST = 4.5      # WCAG 2.2, 1.4.3

verdicts = []


def verdict(good, name):
    verdicts.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(verdicts)} - {name}", flush=True)


def luminance(color):
    parts = [int(part) / 255 for part in color[color.index("(") + 1:-1].split(",")[:3]]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_quiet(driver):
    """Nothing failed, and nobody but the disk was asked."""
    errors = [entry["message"] for entry in driver.get_log("browser")]
    verdict(not errors, "no error was logged")
    for error in errors:
        print("#", error)
    asked = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    verdict(asked and all(url.startswith("file://") for url in asked),
            "nothing was fetched but the page")


def check_handshake(page):
    verdict(page.step() == (1, 7), "it begins at the first of seven steps")
    verdict("CLOSED → SYN-SENT" in page.text("#now"), "the call to connect() is told first")
    page.click("#next")
    verdict("sends SYN" in page.text("#now") and "SEND_SYN" in page.text("#now") and
            "section 3.10.1" in page.text("#now"),
            "a click on next: the SYN, its rule and section")
    verdict(page.lit() == ["SYN-SENT", "LISTEN"], "both diagrams show their state")
    verdict("in 1000 ms" in page.text("#tcb"), "its retransmission timer runs")
    page.click("#back")
    verdict(page.step()[0] == 1, "a click on back")
    page.click("#last")
    verdict(page.lit() == ["ESTABLISHED", "ESTABLISHED"], "a click on last: both ESTABLISHED")
    verdict(page.ask("document.querySelectorAll('.edge.walked').length") == 4,
            "the way there is drawn, two edges each")
    page.click("#first")
    verdict(page.step()[0] == 1, "a click on first")
    page.element(".ev[data-arrow='2'] .shaft").click()
    verdict("gets SYN ACK" in page.text("#now"), "a click on the SYN/ACK's arrow")
    verdict("our SYN is acknowledged" in page.text("#now"), "its rule in words")
    fields = page.text("#bytes")
    verdict("maximum segment size" in fields and "1460" in fields and "05 b4" in fields,
            "its header, octet by octet")


def check_keys(page):
    page.element("body").click()
    page.ask("document.activeElement.blur()")
    page.keys(Keys.END)
    last = page.step()[1]
    verdict(page.step()[0] == last, "End")
    page.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    verdict(page.step()[0] == last - 2, "two steps back by arrow keys")
    page.keys(Keys.HOME)
    verdict(page.step()[0] == 1, "Home")
    page.keys(Keys.ARROW_RIGHT)
    verdict(page.step()[0] == 2, "a step on by an arrow key")
    page.keys(" ")
    verdict(page.await_step(5), "Space plays")
    page.keys(" ")
    held = page.step()[0]
    verdict(page.text("#play") == "" and
            page.element("#play").get_attribute("aria-pressed") == "false", "Space pauses")
    time.sleep(0.3)
    verdict(page.step()[0] == held, "paused, it stays")
    reached = set()
    for _ in range(30):
        page.keys(Keys.TAB)
        reached.add(page.ask("document.activeElement.id"))
    verdict(reached >= {"conn", "theme", "first", "back", "play", "next", "last", "scrub",
                        "ladder"}, "Tab reaches every control")
    names = page.ask("[...document.querySelectorAll('button, #scrub, #ladder')]"
                     ".every(e => e.getAttribute('aria-label'))")
    verdict(names, "every control has a name")


def check_lossy(page):
    lost = page.driver.find_elements(By.CSS_SELECTOR, ".ev.lost .why")
    verdict([e.get_attribute("textContent") for e in lost] == ["fault: it is lost"] * 3,
            "three segments are marked as lost on demand")
    verdict("later" in page.ask("document.getElementById('ladder').textContent"),
            "the second that nothing came is written between")
    count = page.step()[1]
    found = page.ask("""(() => {
        const s = document.getElementById("scrub");
        for (let i = 0; i <= Number(s.max); i++) {
            s.value = i;
            s.dispatchEvent(new Event("input"));
            if (document.getElementById("now").textContent.includes("ACK_LOSS"))
                return i;
        }
        return -1;
    })()""")
    verdict(found > 0 and page.step() == (found + 1, count), "scrubbing to where loss is found")
    verdict("was ∞" in page.text("#tcb") and "was no" in page.text("#tcb"),
            "there the windows shrink: what is new is marked")
    windows = page.text("#windows")
    verdict("SND.UNA 4,345" in windows and "RCV.NXT 4,345" in windows,
            "both rulers stand at the gap")
    verdict(page.ask("document.querySelectorAll('#windows [fill^=url]').length") >= 1,
            "text behind the gap is drawn")
    verdict("SYN" in windows and "FIN" in windows, "SYN and FIN are cells of their own")
    page.scrub(count - 1)
    verdict(page.lit() == ["TIME-WAIT", "CLOSED"], "at the end: TIME-WAIT and CLOSED")
    verdict("time-wait in 599" in page.text("#tcb"), "in TIME-WAIT 2 MSL run")
    page.click("#first")
    for _ in range(count):
        if "SEND_SYN_ACK" in page.text("#now"):
            break
        page.click("#next")
    verdict("retransmit in 1000 ms" in page.ask(
        "document.querySelector('#tcb .chip.from-right').textContent"),
        "in SYN-RECEIVED the SYN/ACK's clock runs")


def check_ends(page):
    """The second connection: the server's end is frozen, and forgets."""
    page.ask("""(() => {
        const conn = document.getElementById("conn");
        conn.value = 2;
        conn.dispatchEvent(new Event("change"));
    })()""")
    marks = [e.get_attribute("textContent") for e in
             page.driver.find_elements(By.CSS_SELECTOR, ".ev.lost .label, .ev.lost .why")]
    verdict([m for m in marks if m.startswith("fault: ")] == [
        "fault: this end is frozen until it is thawed"] * 2 + [
            "fault: this end goes on", "fault: this end has lost its memory"],
            "faults of ends are marked, and the segment that waited")
    page.driver.find_elements(By.CSS_SELECTOR, ".ev.lost .label")[-1].click()
    now = page.text("#now")
    verdict("ESTABLISHED → CLOSED" in now and "FAULT_FORGET" in now and "ECONNABORTED" in now,
            "an end forgot: its state, the rule, what its program is told")
    verdict(page.lit() == ["ESTABLISHED", "CLOSED"], "the other end knows nothing of it")
    verdict("No segment: fault: this end has lost its memory" in page.text("#bytes"), "no segment did it")


def check_faults(page):
    """Each fault that strikes a segment, one after the other."""
    words = page.ask("""[...document.querySelectorAll(".ev .why")].map(e =>
        [e.textContent, e.closest(".ev").matches(".lost")])""")
    verdict(words == [["fault: it arrives once more", False], ["fault: a bit of it is wrong", True],
                      ["fault: it arrives later", True], ["fault: others overtake it", True],
                      ["fault: it is held until it is released", True],
                      ["fault: it is lost", True]],
            "each fault is marked; that of a segment that arrives twice does not end it")


def check_look(page, size):
    width = WIDTHS[size][0]
    verdict(page.ask("document.documentElement.scrollWidth") <= width,
            f"{size}: nothing is wider than the window")
    small = page.ask("""[...document.querySelectorAll("button, select")].filter(e => {
        const r = e.getBoundingClientRect();
        return r.width < 36 || r.height < 36;
    }).length""")
    verdict(small == 0, f"{size}: buttons are large enough to hit")
    size_of = page.ask("""Math.min(...[...document.querySelectorAll(".node text")].map(e =>
        parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a))""")
    verdict(size_of >= 8.5, f"{size}: the diagrams can be read ({size_of:.1f} px)")


def check_theme(page, dark):
    name = "dark" if dark else "light"
    colors = page.ask("""["body", ".card h2", ".now .phrase", "#left-name", "#right-name"]
        .map(css => getComputedStyle(document.querySelector(css)).color)""")
    card = page.ask("getComputedStyle(document.querySelector('.card')).backgroundColor")
    verdict((luminance(card) < 0.2) == dark, f"{name} is what the reader's system asks for")
    worst = min(contrast(color, card) for color in colors)
    verdict(worst >= CONTRAST, f"{name}: contrast is {worst:.1f} at least")
    page.click("#theme")
    other = page.ask("getComputedStyle(document.querySelector('.card')).backgroundColor")
    verdict((luminance(other) < 0.2) != dark, f"{name}: a click turns it")
    page.click("#theme")


def main():
    handshake, lossy, ends, faults, pictures = sys.argv[1:]
    print("TAP version 13")
    driver = browser()
    try:
        page = Page(driver, handshake, "desk")
        check_handshake(page)
        page = Page(driver, lossy, "desk")
        check_lossy(page)
        check_keys(page)    # it plays for seconds: none is missed on a slow machine
        check_ends(Page(driver, ends, "desk"))
        check_faults(Page(driver, faults, "desk"))
        for dark in (False, True):
            check_theme(Page(driver, lossy, "desk", dark), dark)
        for name, path, at in ("handshake", handshake, 4), ("lossy", lossy, 48):
            for size in WIDTHS:
                page = Page(driver, path, size)
                page.scrub(at)
                check_look(page, size)
                page.picture(f"{pictures}/page-{name}-{size}.webp")
        check_quiet(driver)
    finally:
        driver.quit()
    print(f"1..{len(verdicts)}")
    bad = verdicts.count(False)
    print(f"{len(verdicts) - bad} passed, {bad} failed, 0 skipped")
    return bad > 0


sys.exit(main())
