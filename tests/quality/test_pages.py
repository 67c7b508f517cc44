"""Every page in a real browser, at desktop and phone width: no error, no horizontal scroll, charts drawn, links that lead on."""

from __future__ import annotations

import base64
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from quality.reports.serve import server as report_server
from quality.reports.write import Written, write_reports
from tests.homes import Home
from tests.quality import planted
from tests.quality.browser import DESKTOP, PHONE, chromium, resize

MISPLACED = "public_security/residents"
ON = date.fromisoformat(planted.LATER)


@pytest.fixture(scope="module")
def written(module_home: Home) -> Written:
    planted.deliver(module_home)
    module_home.night(planted.DAY)
    write_reports(module_home.installation, date.fromisoformat(planted.DAY))
    planted.spoil(module_home)
    misplaced = module_home.settings.deliveries_folder / MISPLACED
    misplaced.mkdir(parents=True)
    (misplaced / f"{planted.LATER}.csv").write_text("姓名\n", encoding="utf-8")
    return write_reports(module_home.installation, ON)


@pytest.fixture(scope="module")
def address(module_home: Home, written: Written) -> Iterator[str]:
    with report_server(module_home.folder, 0) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}/"
        serving.shutdown()


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with chromium() as made:
        yield made


def pages(written: Written) -> list[str]:
    day = written.index.parent
    return ["index.html", *(f"{day.name}/{file.name}" for file in sorted(day.glob("*.html")))]


def test_a_page_for_each_department_and_each_library(written: Written, module_home: Home) -> None:
    catalogue = module_home.installation.catalogue
    names = {f"{name}.html" for name in catalogue.departments} | {
        f"library_{name}.html" for name in catalogue.libraries
    }
    day = written.index.parent
    assert {file.name for file in day.glob("*.html")} == names | {"index.html"}
    assert {file.with_suffix(".html").name for file in day.glob("*.xlsx")} == names | {"index.html"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_in_a_browser(written: Written, address: str, driver: Any, size: tuple[int, int]) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    resize(driver, size)
    for page in pages(written):
        driver.get_log("browser")
        driver.get_log("performance")
        driver.get(address + page)
        expected = driver.execute_script("return document.querySelectorAll('.chart').length")
        drawn = "return [...document.querySelectorAll('.chart')].filter(c => c.querySelector('svg path')).length"
        WebDriverWait(driver, 20).until(lambda browser, n=expected: browser.execute_script(drawn) == n)  # noqa: B023
        assert page == "index.html" or expected == 2, page
        for details in (False, True):
            driver.execute_script(
                f"document.querySelectorAll('details').forEach(one => one.open = {str(details).lower()})"
            )
            width, seen = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
            assert width <= seen, (page, size, width)
        errors = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert errors == [], page
        fetched = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
        urls = [one["params"]["request"]["url"] for one in fetched if one["method"] == "Network.requestWillBeSent"]
        assert [url for url in urls if not url.startswith((address, "data:", "blob:"))] == [], page


def test_links_lead_somewhere(written: Written, address: str) -> None:
    reports = written.index.parent.parent
    for page in pages(written):
        links = re.findall(r'<a href="(.*?)"', (reports / page).read_text(encoding="utf-8"))
        assert links, page
        for link in links:
            with urllib.request.urlopen(urljoin(address + page, link)) as answer:
                assert answer.status == 200, (page, link)


def test_pages_print_to_a4(written: Written, address: str, driver: Any) -> None:
    driver.get(address + pages(written)[-1])
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    boxes = set(re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", base64.b64decode(printed["data"])))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}


def test_pages_need_no_network(written: Written) -> None:
    for file in written.index.parent.glob("*.html"):
        head = file.read_text(encoding="utf-8").partition("<script>")[0]
        assert 'src="' not in head and "@import" not in head and "url(" not in head


def test_the_server_serves_reports_and_nothing_else(address: str, module_home: Home) -> None:
    for path in ("", f"{planted.LATER}/"):
        with urllib.request.urlopen(address + path) as answer:
            assert answer.status == 200
    for path in ("../onesource.env", "%2e%2e/lake/", f"{planted.LATER}/nothing.html"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(address + path)


def test_reports_are_kept_by_date(written: Written, module_home: Home) -> None:
    reports = module_home.folder / "reports"
    assert (reports / planted.DAY / "index.html").exists() and (reports / planted.LATER / "index.html").exists()
    listed = (reports / "index.html").read_text(encoding="utf-8")
    assert planted.DAY in listed and planted.LATER in listed
    assert Path(written.index) == reports / planted.LATER / "index.html"


def test_open_discrepancies_are_shown_by_age_and_deadline(written: Written) -> None:
    reports = written.index.parent.parent
    for page in ("education.html", "library_license.html"):
        assert "没有未办结的差异" in (reports / planted.DAY / page).read_text(encoding="utf-8")
    for page in ("public_security.html", "library_population.html"):
        text = (reports / planted.LATER / page).read_text(encoding="utf-8")
        row = text.partition("人口基础信息·出生日期")[2].partition("</tr>")[0]
        cells = dict(re.findall(r'data-label="(.+?)"[^>]*>(?:<span[^>]*>)?([^<]*)', row))
        expected = {"合计": "4", "已答复": "1", "7 日内": "1", "8–30 日": "3", "已逾期": "1", "最近期限": "2026-11-06"}
        assert {name: cells[name] for name in expected} == expected
        assert "已过期限的数据差异" in text


def test_the_overview_names_folders_that_nobody_reads(written: Written) -> None:
    overview = written.index.read_text(encoding="utf-8")
    assert f"{MISPLACED}</strong>　其中的文件没有读取" in overview


def test_change_since_the_last_time_is_shown(written: Written) -> None:
    text = (written.index.parent / "public_security.html").read_text(encoding="utf-8")
    assert "较上次" in text and "首次评分" not in text
