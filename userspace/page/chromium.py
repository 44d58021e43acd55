# SPDX-License-Identifier: GPL-2.0
"""Headless Chromium, and a page of a recording in it as its reader uses it."""
import base64
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

WIDTHS = {"desk": (1360, 900), "phone": (390, 844)}
PATIENCE = 20       # seconds that something may take


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


class Page:
    """A page that is open, and what its reader does."""

    def __init__(self, driver, path, size, dark=False):
        self.driver = driver
        width, height = WIDTHS.get(size) or size
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=size == "phone")
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        driver.get("file://" + path)

    def command(self, name, **parameters):
        self.driver.execute_cdp_cmd(name, parameters)

    def ask(self, script, *values):
        return self.driver.execute_script("return " + script, *values)

    def element(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css):
        return self.element(css).text

    def click(self, css):
        self.element(css).click()

    def keys(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def step(self):
        """Which event is shown, from 1, and of how many."""
        now, of = self.text("#clock").split()[-1].split("/")
        return int(now), int(of)

    def lit(self):
        """The state that each diagram shows."""
        return [e.text for e in self.driver.find_elements(By.CSS_SELECTOR, ".node.lit")]

    def await_step(self, least):
        """Does it play until there?"""
        until = time.monotonic() + PATIENCE
        while self.step()[0] < least and time.monotonic() < until:
            time.sleep(0.02)
        return self.step()[0] >= least

    def scrub(self, to):
        """To an event, from 0"""
        self.ask("""((to) => {
            const s = document.getElementById("scrub");
            s.value = to;
            s.dispatchEvent(new Event("input"));
        })(arguments[0])""", to)

    def picture(self, path, clip=None):
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "format": "webp", "quality": 60, **({"clip": clip} if clip else {})})
        with open(path, "wb") as file:
            file.write(base64.b64decode(taken["data"]))
