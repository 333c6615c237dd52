"""`kiosk evaluate`: accuracy on a folder of real inputs, in words or as JSON."""

from dataclasses import asdict
from pathlib import Path

from firmware_app.engineer.report import emit, progress
from firmware_app.errors import SetupError
from vision.errors import VisionError
from vision.evaluate import face

FACES_MEND = "Name a folder with one folder a person."


def faces(folder: Path, *, as_json: bool) -> int:
    """Faces: one folder of pictures a person."""
    try:
        if not folder.is_dir():
            raise SetupError(f"{folder} is no folder.", FACES_MEND)
        progress(f"Looking at the pictures of {folder} ...")
        result = face.evaluate(folder)
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}.", FACES_MEND) from error
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error
    emit(asdict(result), face.report(result), as_json=as_json)
    return 0
