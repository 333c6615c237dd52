"""Which challenges a post asks for, a fresh test of them, and its verdict in the domain's words."""

from dataclasses import dataclass, field

from firmware_app.domain.biometrics import Became, Challenge, Liveness, LivenessDecision
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk
from vision.liveness import (
    METHOD,
    VERSION,
    Ask,
    ChallengeKind,
    Choose,
    Limits,
    LivenessTest,
    Phase,
    draw_colours,
    draw_plan,
    instead_of,
)

ROUNDS = 4
"""So often the colours may begin anew before a sequence comes again."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """The post's choice: out of `kinds`, so many, each with `challenge_s` of acting time."""

    kinds: tuple[ChallengeKind, ...] = tuple(ChallengeKind)
    count: int = 3
    limits: Limits = field(default_factory=Limits)

    @property
    def longest_s(self) -> float:
        """How long they take at most, if each takes all its time."""
        return self.count * self.limits.challenge_s

    def test(self, choose: Choose) -> LivenessTest:
        """A fresh test; of no challenge at all where the post asks for none."""
        colours = draw_colours(choose, ROUNDS * self.limits.colour_count)
        return LivenessTest(draw_plan(choose, self.kinds, self.count), colours, self.limits)

    def leave(self, test: LivenessTest, choose: Choose, *, every: bool) -> None:
        """The traveller cannot do the challenge of now: another one, or, at their wish, none."""
        if every or test.done:
            test.skip_all()
            return
        told = {one.kind for one in test.evidence.asked}
        test.replace(instead_of(choose, test.now, self.kinds, (*test.plan, *told)))


def on_screen(ask: Ask) -> FaceAsk:
    """What the screen shows of it: a challenge only while it is to be done."""
    if ask.phase is not Phase.ACT or ask.kind is None:
        return FaceAsk(done_pct=round(100 * ask.share_done)) if ask.kind else NOTHING_ASKED
    return FaceAsk(ask.kind.value, ask.colour, round(100 * ask.share_done))


def told(test: LivenessTest) -> Liveness:
    """The verdict as the event has it."""
    verdict = test.verdict()
    return Liveness(
        METHOD,
        VERSION,
        tuple(Challenge(one.kind.value, Became(one.became.value)) for one in verdict.asked),
        verdict.scores,
        LivenessDecision(verdict.decision.value),
    )
