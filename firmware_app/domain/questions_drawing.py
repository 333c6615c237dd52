"""A questionnaire as a tree of its ways, for people, and as a graph in the DOT language (pure)."""

from collections.abc import Iterator

from firmware_app.domain.questions import Condition, Kind, Question, Questionnaire

TOP = ""


def tree(sheet: Questionnaire) -> str:
    """Each question with its answers; what hangs on an answer stands below the last it hangs on."""
    below: dict[str, list[Question]] = {}
    for one in sheet.question:
        below.setdefault(one.when[-1].question if one.when else TOP, []).append(one)
    lines = [f"at most {sheet.most_asked} questions are asked"]
    for question in below.pop(TOP, []):
        lines += _branch(below, question, 0)
    return "\n".join(lines)


def dot(sheet: Questionnaire) -> str:
    """The same as a directed graph: `dot -Tsvg`."""
    nodes = [f'  "{one.id}" [label="{_label(one)}"];' for one in sheet.question]
    edges = [
        f'  "{condition.question}" -> "{one.id}" [label="{_says(condition)}"];'
        for one in sheet.question
        for condition in one.when
    ]
    return "\n".join(["digraph questions {", "  node [shape=box];", *nodes, *edges, "}"])


def _branch(below: dict[str, list[Question]], question: Question, depth: int) -> Iterator[str]:
    """Each question stands once, also where a bad file uses an id twice."""
    pad = "  " * depth
    conditions = "; ".join(f"{one.question} {_says(one)}" for one in question.when)
    yield f"{pad}{'if ' + conditions + ': ' if conditions else ''}{question.id} v{question.version}"
    audience = _audience(question)
    if audience:
        yield f"{pad}    only {audience}"
    yield f"{pad}    {_answers(question)}"
    for one in below.pop(question.id, []):
        yield from _branch(below, one, depth + 1)


def _label(question: Question) -> str:
    audience = _audience(question)
    return "\\n".join(part for part in (question.id, _answers(question), audience) if part)


def _answers(question: Question) -> str:
    match question.kind:
        case Kind.COUNTRY:
            return "a country"
        case Kind.DAYS:
            return "a number of days"
        case Kind.YES_NO | Kind.CHOICE:
            return " | ".join(question.codes)


def _audience(question: Question) -> str:
    words = {
        "direction": question.direction,
        "nationality": " ".join(question.nationality),
        "not nationality": " ".join(question.nationality_not),
        "from years": "" if question.from_years is None else str(question.from_years),
        "below years": "" if question.below_years is None else str(question.below_years),
    }
    return ", ".join(f"{name} {value}" for name, value in words.items() if value)


def _says(condition: Condition) -> str:
    parts = [
        "is " + " or ".join(condition.one_of) if condition.one_of else "",
        "is not " + " or ".join(condition.none_of) if condition.none_of else "",
        f"at least {condition.at_least}" if condition.at_least is not None else "",
        f"at most {condition.at_most}" if condition.at_most is not None else "",
    ]
    return " and ".join(part for part in parts if part)
