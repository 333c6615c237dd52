"""Plain lines of Fluent are read as Fluent's own parser reads them, whatever stands around them."""

from fluent.syntax import FluentParser, ast
from hypothesis import example, given
from hypothesis import strategies as st

from firmware_app.ui.fluent_lines import parse
from firmware_app.ui.texts import LOCALES

LINES = st.sampled_from(
    [
        *("", " ", "   ", "\t", "a = b", "a-1 = long text ", "a=b\t", "b_ =  c", "c = .x"),
        *(
            "d = [x",
            "e = *",
            "é = f",
            "1a = b",
            "-term = t",
            "g = {h}",
            "g = { $x } and",
            "h = }",
            "i =",
        ),
        *("    more", "    .attribute = y", "  { $x ->", "  *[other] z", "  }", "# about"),
        *("#bad", "## group", "### file", "j = k # l", "k = \\u0041", "l = m = n", " a = b", "{"),
        *("n = \u2028x", "o = x\u00a0", "p = \x0bq", "q = 'x'", "-t", ".a = b", "a = b\r", "}"),
    ]
)


def has_junk(resource):
    return any(isinstance(entry, ast.Junk) for entry in resource.body)


@given(st.lists(LINES | st.text("ab =#{}.-\n\t $*[]", max_size=12), max_size=9).map("\n".join))
@example("a = b\n\n\n    more")
@example("# about\n\na = b")
@example("g = {\na = b\n}")
@example("## group\na = b")
def test_both_read_the_same(source):
    ours, theirs = parse(source), FluentParser().parse(source)
    assert has_junk(ours) == has_junk(theirs)
    assert ours.equals(theirs), source


def test_every_shipped_language_is_read_the_same_and_mostly_without_the_parser():
    for path in LOCALES.glob("*.ftl"):
        source = path.read_text(encoding="utf-8")
        ours, theirs = parse(source), FluentParser().parse(source)
        assert ours.equals(theirs), path.name
        plain = [entry for entry in ours.body if entry.span is None]
        assert len(plain) > 0.8 * len(theirs.body), path.name
