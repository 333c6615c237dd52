"""Peak memory and times: of this process, of one that became another, of one gone."""

import os
import subprocess
import sys

import pytest

from vision.evaluate.usage import peak_memory_kib, peak_memory_mib, timed


def test_the_peak_grows_with_what_was_held_and_stays():
    before = peak_memory_mib()
    held = bytearray(os.urandom(1)) * (before_bytes := int(before * 2**20) + (32 << 20))
    assert len(held) == before_bytes
    del held
    assert peak_memory_mib() > before + 20


def test_a_program_is_not_charged_for_the_one_that_it_replaced():
    told = "import sys; from vision.evaluate.usage import peak_memory_mib; print(peak_memory_mib())"
    held = "import os, sys; held = b'x' * (256 << 20); os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-c", held, sys.executable, "-c", told]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert 1 < float(said) < 200


def test_a_process_that_is_gone_held_nothing():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert peak_memory_kib(done.pid) == 0


def test_the_processor_s_share_counts_children_and_errors_are_timed_too():
    burn = "for _ in range(10**6): pass"
    with timed() as spent:
        subprocess.run([sys.executable, "-c", burn], check=True)
    assert 5 < spent.cpu_ms <= spent.wall_ms * 2
    with pytest.raises(ValueError, match="x"), timed() as failed:
        raise ValueError("x")
    assert failed.wall_ms > 0
