#!/usr/bin/python3
"""Reads the site as a reader's browser does: site.py FOLDER

Every link leads to a page and a place that are there, every page is reached from the first; then each page that was
written by hand is opened in Chromium, as wide as a desktop and as narrow as a phone, light and dark: no errors in the
console, nothing to scroll sideways, every picture there, every text readable, every link in reach of the keyboard.
The last line counts what passed.
"""
import html.parser
import itertools
import os
import pathlib
import re
import sys
import urllib.parse

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
BY_HAND = ("index", "chapter_*", "exercise*", "python", "flows", "pitfalls", "tutorials", "principles", "measured",
           "instructors", "md_*", "classmp_1_1Pool", "classmp_1_1Future", "classmp_1_1Queue")


class Page(html.parser.HTMLParser):
    """The places that a page has, and where it leads to."""

    def __init__(self, file):
        super().__init__()
        self.places, self.links = set(), []
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        for key in ("href", "src", "data"):
            if attributes.get(key) and tag != "iframe":
                self.links.append(attributes[key])


def inside(link):
    """The file and the place in it, of a link that does not leave the site."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc or link.startswith("javascript:"):
        return None
    return urllib.parse.unquote(parts.path), urllib.parse.unquote(parts.fragment)


def menus(folder):
    """Pages that the site's menu and its tree lead to; the scripts of Doxygen hold them as text."""
    found = set()
    for script in folder.glob("*.js"):
        found |= set(re.findall(r"""["']([\w.~-]+\.html)""", script.read_text()))
    return found


def check_links(folder):
    pages = {file.name: Page(file) for file in folder.glob("*.html")}
    faults = []
    for name, page in pages.items():
        for file, place in filter(None, map(inside, page.links)):
            target = file or name
            if not (folder / target).exists():
                faults.append(f"{name} leads to {target}, which is not there")
            elif place and target in pages and place not in pages[target].places:
                faults.append(f"{name} leads to {target}#{place}, and there is no such place")
    return faults, pages


def check_reach(folder, pages):
    found, left = set(), ["index.html", *menus(folder)]
    while left:
        name = left.pop()
        if name in found or name not in pages:
            continue
        found.add(name)
        left += [file for file, _ in filter(None, map(inside, pages[name].links)) if file]
    return [f"{name} is reached from nowhere" for name in sorted(pages.keys() - found)
            if not name.startswith("dir_")]  # Doxygen makes them, and leads to them only from each other


LOOK = (pathlib.Path(__file__).parent / "look.js").read_text()


def browser(width, height, dark):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                 "--allow-file-access-from-files"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return driver


def check_page(driver, file, name, with_keyboard):
    from selenium.webdriver import Keys
    from selenium.webdriver.common.action_chains import ActionChains

    driver.get(file.as_uri())
    faults = [f"{name}: the console says {entry['message']}" for entry in driver.get_log("browser")
              if entry["level"] == "SEVERE"]
    faults += [f"{name}: {fault}" for fault in driver.execute_async_script(LOOK)]
    if with_keyboard and driver.execute_script("return document.querySelector('#doc-content .contents a[href]')"):
        keys = ActionChains(driver)
        keys.send_keys(Keys.TAB, Keys.ENTER, Keys.TAB).perform()  # the first link leads past the menus
        if not driver.execute_script("return document.activeElement.closest('#doc-content') !== null"):
            faults.append(f"{name}: the tabulator does not lead to the text past the menus")
    return faults


def looks(folder):
    """How each page looks, in each width and colour: a name, and its faults."""
    pages = sorted(itertools.chain.from_iterable(folder.glob(pattern + ".html") for pattern in BY_HAND))
    for (width, size), dark in itertools.product(WIDTHS.items(), (False, True)):
        if os.environ.get("CI") and dark != (width == "phone"):
            continue  # continuous integration comes often: wide and light, narrow and dark
        driver = browser(*size, dark)
        try:
            for file in pages:
                name = f"{file.name}, {width}, {'dark' if dark else 'light'}"
                yield name, check_page(driver, file, name, with_keyboard=not dark)
        finally:
            driver.quit()


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    passed = failed = 0

    def count(faults):
        nonlocal passed, failed
        passed, failed = passed + (not faults), failed + bool(faults)
        for fault in faults:
            print(fault)

    faults, pages = check_links(folder)
    count(faults)
    count(check_reach(folder, pages))
    try:
        for _, faults in looks(folder):
            count(faults)
    except (ImportError, OSError) as absent:
        print(f"skipped: pages were not opened in Chromium: {absent}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
