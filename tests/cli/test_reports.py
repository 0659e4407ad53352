"""What a run says of pages and gaps."""

from monitor.app.report import RunReport
from monitor.cli.reports import changes_of_state, run_as_values, run_for_people
from monitor.schedule import Page, PageRead
from monitor.story import Outcome, Story
from tests.newsrooms import NOON


def report(failed=0):
    done = RunReport(started=NOON, terminal=True, due=1)
    page = Page(key="k", url="https://a.example/1", outlet="a", source="s", since=NOON, due=NOON)
    done.add_page(PageRead(page=page, at=NOON, story=Story("a", "T", page.url, NOON)), ())
    for number in range(failed):
        answer = PageRead(page=page, at=NOON, outcome=Outcome.TIMEOUT, detail=f"a: no answer {number}.")
        done.add_page(answer, ())
    return done


def test_pages_are_counted_and_the_first_failures_named():
    lines = list(run_for_people(report(failed=7), "UTC"))
    assert "Pages: 1 read, 7 failed." in lines
    assert [line.strip() for line in lines if "no answer" in line] == [f"a: no answer {n}." for n in range(5)]
    assert "  and 2 more." in lines
    assert not any("no answer" in line for line in changes_of_state(report(failed=7))), (
        "cron mails no single page"
    )


def test_what_is_left_and_what_is_possible_is_said():
    done = report()
    done.unread, done.possible, done.gaps = 3, 1, ["bbc: gap filled: 2 stories from the news sitemap x."]
    lines = list(run_for_people(done, "UTC"))
    assert "3 stories wait for a page; the next run goes on." in lines
    assert any(line.startswith("1 story almost matches by the headline only") for line in lines)
    assert "  bbc: gap filled: 2 stories from the news sitemap x." in lines
    values = run_as_values(done)
    assert (values["pages"], values["unread"], values["possible"]) == ({"read": 1}, 3, 1)
    assert values["gaps"] == done.gaps
