"""The body cut at its entries."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.split import cut


def test_head_entries_and_tail_are_the_body():
    body = b"<rss><channel><title>t</title><item><a/></item>\n<item x='1'>b</item></channel></rss>"
    pieces = cut(body)
    assert pieces.entries == (b"<item><a/></item>", b"<item x='1'>b</item>")
    assert pieces.document(pieces.entries) == body.replace(b"\n", b"")
    assert not pieces.broken


def test_tags_in_cdata_and_comments_do_not_count():
    body = b"<rss><channel><!-- <item> --><item><![CDATA[</item><item>]]></item></channel></rss>"
    assert cut(body).entries == (b"<item><![CDATA[</item><item>]]></item>",)


def test_other_layouts_are_left_alone():
    assert cut(b"<rss><item>a<item>b</item></item></rss>") is None
    assert cut(b"<rss><item>a</item><other/><item>b</item></rss>") is None
    assert cut(b"<rss><item/></rss>") is None
    assert cut(b"<rss></rss>") is None
    assert cut(b"<html><item></item></html>") is None
    assert cut(b"<rss></item></rss>") is None


def test_a_body_that_breaks_off_is_closed():
    pieces = cut(b"<rss><channel><item>a</item><item>b<!-- ")
    assert pieces.broken
    assert pieces.document(pieces.entries) == b"<rss><channel><item>a</item></channel></rss>"
    assert cut(b"<feed><entry>a</entry><entry>b").tail == b"</feed>"


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"<item>",
                b"</item>",
                b"<!--",
                b"-->",
                b"<![CDATA[",
                b"]]>",
                b"<rss>",
                b"</rss>",
                b"x",
                b" ",
                b"<entry>",
                b">",
            ]
        )
    )
)
def test_nothing_makes_it_raise(pieces):
    cut(b"<rss>" + b"".join(pieces))


def test_unclosed_comments_do_not_make_it_slow():
    cut(b"<rss>" + b"<!--" * 500_000)
    cut(b"<rss>" + b"<item>" * 500_000)
