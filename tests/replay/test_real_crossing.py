"""One crossing of what nobody here made: real MRZ lines, real faces, a real scanner's traffic.

Through the shipped drivers, networks, workflow, outbox, mosquitto, centre and receipt.
"""

import csv
import shutil
import sys
from pathlib import Path

import pytest

from firmware_app.engineer.demo import cross
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Act, Expect, Story
from mqtt.central.mosquitto import free_port

HERE = Path(__file__).parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def real_lines(data):
    """The lines of a real passport whose printed check digits all hold."""
    with (data / "mrz/ground_truth.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "TD3" and not row["check_digit_mismatches_as_printed"]:
                return [row["line1"], row["line2"]]
    raise AssertionError("the ground truth names no such passport")


def story(lines):
    return Story(
        title="Real inputs",
        hands={
            "attract": "start",
            "language": "language-fr",
            "notice": "continue",
            "confirm": "yes",
            "review": "continue",
        },
        answers=("study", "longer"),
        body=(Act("document", "reader", {"present": lines, "delay_s": 0.5}),),
        expect=Expect(outcome="referred"),
        limit_s=80.0,
    )


def recorded_scanner(data):
    """The words that run a command beside the recorded U.are.U 4500."""
    folder = data / "libfprint/uru4000-4500"
    device = (folder / "device").read_text().splitlines()[0].removeprefix("P: ")
    replay = f"/sys{device}={folder / 'capture.pcapng'}"
    return ("umockdev-run", "-d", str(folder / "device"), "-p", replay, "--")


def pictures(folder, *files):
    folder.mkdir()
    for number, file in enumerate(files):
        shutil.copy(file, folder / f"{number}.jpg")
    return f"folder://{folder}?loop=yes"


@pytest.mark.parametrize("same_person", [True, False], ids=["same person", "another person"])
def test_a_crossing_of_real_inputs_reaches_the_centre_and_its_receipt(data, tmp_path, same_person):
    people = sorted(path for path in (data / "faces/lfw10").iterdir() if path.is_dir())
    holder = sorted(people[0].glob("*.jpg"))
    other = sorted(people[1].glob("*.jpg"))
    lines = real_lines(data)
    devices = {
        "page_camera": pictures(tmp_path / "page", holder[0]),
        "camera": pictures(tmp_path / "live", *(holder[1:] if same_person else other)),
        "finger_scanner": "usb://05ba:000a",
    }
    kiosk = (*recorded_scanner(data), sys.executable, HERE / "real_kiosk.py")
    site = SmallSite(
        tmp_path / "site",
        free_port(),
        try_limit_s=8.0,
        challenge_count=0,
        chip=False,
        devices=devices,
        kiosk_command=kiosk,
    )
    with site:
        crossed = cross(site, story(lines))
    event = crossed.event["event"]
    assert event["document"]["mrz_lines"] == lines
    assert set(event["document"]["check_digits"].values()) == {"passed"}
    comparison = event["comparison"][0]
    assert comparison["decision"] == ("match" if same_person else "no_match")
    assert (comparison["score"] >= comparison["threshold"]) is same_person
    assert event["liveness"]["decision"] == "not_sure"
    assert event["liveness"]["challenges"] == [], "nothing was asked, so nothing was passed"
    finger = next(one for one in event["biometrics"] if one["modality"] == "finger")
    # what the recorded device saw is bare skin without a ridge: it is named, not passed for a print
    assert finger == {"modality": "finger", "position": 2, "reason_not_captured": "quality_too_low"}
    assert crossed.receipt["level"] == "committed"
    assert {one["code"]: one["result"] for one in event["document_checks"]}[
        "mrz.format"
    ] == "passed"
